package ledger

// Pseudonym returns the ledger's name of the person with a key, for those who
// write many persons at once.
func (s *Service) Pseudonym(key string) string { return newPseudonymizer(s.ring.Pseudonym).of(key) }

// SealContact encrypts a name and a telephone for the row of a person in
// person_contact, with the tag by which the telephone is found again.
func (s *Service) SealContact(personID int64, name, phone string) (text, tag string, err error) {
	text, err = s.seal(personID, sealed{Name: name, Phone: phone})
	return text, s.phoneTag(phone), err
}
