package pack_test

import (
	"testing"

	"xuedu/internal/pack"
)

func TestBind(t *testing.T) {
	t.Parallel()
	text := pack.Text{"zh-CN": "认定{{count}}项为“{{ programme }}”，{{unknown}}", "en": "{{count}} of them"}
	words := map[string]string{"count": "3", "programme": "{{count}}"}
	for lang, want := range map[string]string{"zh-CN": "认定3项为“{{count}}”，{{unknown}}", "en": "3 of them"} {
		if got := text.Bind(lang, words); got != want {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
	}
}

// P1.7: a document that would be issued with a hole in it is refused while the
// pack is written.
func TestPaperBindsKnownWordsOnly(t *testing.T) {
	t.Parallel()
	const file = "programmes/learning-base.yaml"
	files, line := changed(t, file, `“{{programme}}”认定名单的通知`, `“{{program}}”认定名单的通知`)
	_, problems := pack.Check(files)
	if len(problems) != 1 || problems[0].File != file || problems[0].Line != line || problems[0].Key != "pack.problem.award_paper_word" {
		t.Errorf("problems %v, want one in line %d", problems, line)
	}
}
