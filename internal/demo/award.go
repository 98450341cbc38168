package demo

import "strconv"

// surnames and given are of the experts of a demo city; nobody is meant.
var (
	surnames = []string{"赵", "钱", "孙", "李", "周", "吴", "郑", "王", "冯", "陈", "褚", "卫"}
	given    = []string{"明", "华", "文", "静", "磊", "娟", "洋", "敏"}
	projects = []string{"胡同里的京剧课", "中轴线文化讲堂", "邻里共读会", "非遗进社区", "银龄数字课堂", "老北京民俗体验", "社区法治学堂", "绿色生活学堂"}
)

// ExpertLogins is how many experts of a demo city have an account.
const ExpertLogins = 24

// ExpertLogin returns the login of the i-th: expert, expert2, expert3 …
func ExpertLogin(i int) string {
	if i == 0 {
		return "expert"
	}
	return "expert" + strconv.Itoa(i+1)
}

// ExpertName returns the i-th of 96 invented names.
func ExpertName(i int) string {
	return surnames[i%len(surnames)] + given[i/len(surnames)%len(given)]
}

// ProjectTitle returns a title for the i-th project, run by an institution.
func ProjectTitle(i int, by string) string { return projects[i%len(projects)] + "（" + by + "）" }
