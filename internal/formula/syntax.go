package formula

// Syntax returns what is wrong with the spelling of a formula, whatever its
// codes may mean; nil if it can be read.
func Syntax(src string) *Problem {
	_, bad := parse(src)
	return bad
}
