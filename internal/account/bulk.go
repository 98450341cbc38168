package account

// HashPassword returns the PHC string of a password under a new salt, for
// accounts that are written in bulk.
func (p HashParams) HashPassword(password string) string { return p.hash(password) }
