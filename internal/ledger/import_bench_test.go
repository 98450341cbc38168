package ledger_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/keys"
	"xuedu/internal/ledger"
	"xuedu/internal/pack"
)

// bigCity has 16 districts, 352 streets and 7,744 communities.
func bigCity() (*area.Tree, []string) {
	areas := []area.Area{{ID: 1, Code: "110000000000", Level: area.City}}
	var codes []string
	add := func(code string, l area.Level, parent int64) int64 {
		id := int64(len(areas) + 1)
		areas = append(areas, area.Area{ID: id, Code: code, Level: l, ParentID: parent})
		return id
	}
	for d := range 16 {
		district := add(fmt.Sprintf("1101%02d000000", d+1), area.District, 1)
		for s := range 22 {
			street := add(fmt.Sprintf("1101%02d%03d000", d+1, s+1), area.Street, district)
			for c := range 22 {
				code := fmt.Sprintf("1101%02d%03d%03d", d+1, s+1, c+1)
				add(code, area.Community, street)
				codes = append(codes, code)
			}
		}
	}
	return area.NewTree(areas), codes
}

// bigFile has n rows of n/5 residents in n/15 class meetings, in the order of
// the meetings, one in a hundred with a wrong cell.
func bigFile(n int, codes []string) []byte {
	rnd := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	b.WriteString("session,person,home,place,birth_year,sex,date,theme,mode,minutes,count\n")
	themes, sexes := []string{"culture", "skills", "health"}, []string{"f", "m", ""}
	start := time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range n {
		meeting := i / 15
		day := start.AddDate(0, 0, meeting*365/(n/15+1)).Format(time.DateOnly)
		person := int(float64(n/5) * rnd.Float64() * rnd.Float64())
		home, minutes := codes[person*7919%len(codes)], 90
		if rnd.IntN(100) == 0 {
			minutes = 0
		}
		fmt.Fprintf(&b, "c%07d-%02d,11010119%011d,%s,%s,%d,%s,%s,%s,onsite,%d,\n", meeting/16, meeting%16, person, home,
			codes[meeting*31%len(codes)], 1935+person%70, sexes[person%3], day, themes[meeting%3], minutes)
	}
	return b.Bytes()
}

func benchImport(b *testing.B, open func(testing.TB) *db.DB) {
	const n = 1_000_000
	tree, codes := bigCity()
	file := bigFile(n, codes)
	ring := &keys.Ring{Pseudonym: make([]byte, 32)}
	for b.Loop() {
		b.StopTimer()
		s := ledger.New(open(b), func() *area.Tree { return tree }, testPack, ring, func() time.Time { return noon })
		b.StartTimer()
		r, err := s.Import(b.Context(), ledger.ImportSource{Name: "big.csv", R: bytes.NewReader(file)},
			ledger.ImportOptions{T: func(k string, _ ...any) string { return k }, Rejected: &bytes.Buffer{}})
		if err != nil || r.Rows != n || r.Recorded+r.Already+r.Refused != n {
			b.Fatalf("%+v, %v", r, err)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(0, "ns/op")
}

func BenchmarkImportSQLite(b *testing.B)   { benchImport(b, dbtest.SQLite) }
func BenchmarkImportPostgres(b *testing.B) { benchImport(b, dbtest.Postgres) }

// BenchmarkImportAgain imports a file that is in the ledger already.
func BenchmarkImportAgain(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) {
			const n = 400_000
			tree, codes := bigCity()
			file := bigFile(n, codes)
			s := ledger.New(open(b), func() *area.Tree { return tree }, testPack, testRing(), func() time.Time { return noon })
			run := func() {
				if _, err := s.Import(b.Context(), ledger.ImportSource{R: bytes.NewReader(file)}, ledger.ImportOptions{T: func(k string, _ ...any) string { return k }}); err != nil {
					b.Fatal(err)
				}
			}
			run()
			for b.Loop() {
				run()
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkImportCheck reads and checks alone.
func BenchmarkImportCheck(b *testing.B) {
	const n = 1_000_000
	tree, codes := bigCity()
	file := bigFile(n, codes)
	s := ledger.New(dbtest.SQLite(b), func() *area.Tree { return tree }, func() *pack.Pack { return testPack() }, testRing(), func() time.Time { return noon })
	for b.Loop() {
		if _, err := s.Import(b.Context(), ledger.ImportSource{R: bytes.NewReader(file)}, ledger.ImportOptions{DryRun: true, T: func(k string, _ ...any) string { return k }}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(0, "ns/op")
}
