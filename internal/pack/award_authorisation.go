package pack

import "slices"

// levels of organs and of names, the highest first.
var awardLevels = []string{"nation", "province", "city", "district"}

// Known reports whether anybody recorded by whose leave something is awarded.
func (a Authorisation) Known() bool { return a.Document.In("zh-CN") != "" }

// Complete reports whether the organ, the document, its number, the approved
// item, the levels and the first day are all known.
func (a Authorisation) Complete() bool {
	return a.Organ.In("zh-CN") != "" && a.Known() && a.Number != "" && a.Item.In("zh-CN") != "" && a.Level != "" && a.Name != "" && a.From != ""
}

// LevelCarries reports whether the level that the award's name claims is not
// above the level of the organ that gave leave.
func (a Authorisation) LevelCarries() bool {
	level, name := slices.Index(awardLevels, a.Level), slices.Index(awardLevels, a.Name)
	return level >= 0 && name >= level
}

// Workflow returns the code of the workflow that something of the programme
// follows: what it names, or that of the same name.
func (a AwardProgramme) Workflow(what string) string {
	if code := a.Workflows[what]; code != "" {
		return code
	}
	return defaultFlows[what]
}

var defaultFlows = map[string]string{"call": "award_call", "application": "application", "objection": "award_objection", "award": "award"}

// AwardLevels lists the levels of organs and names, the highest first.
func AwardLevels() []string { return slices.Clone(awardLevels) }
