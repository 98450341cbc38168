// Package visit runs visits to the sites of an application: half of them named
// by the applicant, half drawn (P1.7).
package visit
