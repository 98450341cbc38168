package narrative

import "xuedu/internal/release"

// Phrases are the keys of the words that bound sentences are made with, each
// with the places it has. A release keeps them, so that its sentences can be
// checked when the program says things differently.
var Phrases = map[string][]string{
	"value.percent": {"Value"}, "value.unit": {"Value", "Unit"},
	"state.not_reported": nil, "state.nil": nil, "state.not_applicable": nil, "state.withheld": nil, "state.not_computable": nil,
	"change.up.points": {"Value"}, "change.up.percent": {"Value"}, "change.up.amount": {"Value", "Unit"},
	"change.down.points": {"Value"}, "change.down.percent": {"Value"}, "change.down.amount": {"Value", "Unit"},
	"change.same": nil, "change.near": nil,
	"rank.one": {"Rank", "Of"}, "rank.tie": {"Rank", "Of"},
	"period.year": {"Year"}, "period.quarter": {"Year", "Quarter"}, "period.month": {"Year", "Month"},
	"head.area": nil, "head.period": nil, "head.slice": nil, "head.code": nil, "head.unit": {"Name", "Unit"},
}

// WordsFrom asks for every phrase in one language: translate is given the key
// with prefix narrative. and, for each place, its name and {Name}.
func WordsFrom(translate func(key string, args ...any) string) release.Words {
	w := release.Words{}
	for key, places := range Phrases {
		var args []any
		for _, p := range places {
			args = append(args, p, "{"+p+"}")
		}
		w[key] = translate("narrative."+key, args...)
	}
	return w
}
