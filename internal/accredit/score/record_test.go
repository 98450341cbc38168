package score_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"xuedu/internal/accredit/score"
	"xuedu/internal/errs"
)

func encode(t testing.TB, r score.Record) []byte {
	t.Helper()
	data, err := r.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestReplayOfTheSealed: what was sealed replays to itself, through its file (P1.7).
func TestReplayOfTheSealed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := drawRecord(t)
		var err error
		if r.Result, err = score.Rank(r); err != nil {
			t.Fatal(err)
		}
		data, err := r.Encode()
		if err != nil {
			t.Fatal(err)
		}
		back, err := score.ParseRecord("call.json", data)
		if err != nil {
			t.Fatal(err)
		}
		if _, diffs, err := score.Replay(back); err != nil || len(diffs) > 0 {
			t.Fatalf("%v, %v", diffs, err)
		}
	})
}

// TestReplayFindsWhatWasChanged: one level less, and the lines it moves are named.
func TestReplayFindsWhatWasChanged(t *testing.T) {
	t.Parallel()
	r := record(1, "AAAAA", "BBBBB")
	r.Result = rank(t, r)
	for i := range r.Ballots[:5] {
		r.Ballots[i].Levels["2.1"] = "D" // 100 − 25 × 70 % = 82.5
	}
	_, diffs, err := score.Replay(r)
	want := "[{JY-1 score 100.00 82.50} {JY-1 final 100.00 82.50}]"
	if got := fmt.Sprint(diffs); err != nil || got != want {
		t.Errorf("%s, %v; want %s", got, err, want)
	}
	r.Result = append(r.Result[1:], score.Standing{Application: "JY-9"})
	_, diffs, _ = score.Replay(r)
	want = "[{JY-9 application JY-9 } {JY-1 application  JY-1}]"
	if got := fmt.Sprint(diffs); got != want {
		t.Errorf("%s; want %s", got, want)
	}
}

func TestParseRecordSaysWhere(t *testing.T) {
	t.Parallel()
	good := string(encode(t, record(1, "AAAAA")))
	for name, c := range map[string]struct{ data, key, where string }{
		"empty":         {"", "score.file.short", "a.json:1:1"},
		"cut":           {good[:50], "score.file.short", ""},
		"not json":      {"{\n  oops}", "score.file.syntax", "a.json:2:4"},
		"unknown field": {`{"format":1,"winner":"JY-1"}`, "score.file.unknown", ""},
		"wrong type":    {`{"format":"one"}`, "score.file.type", ""},
		"other format":  {`{"format":2}`, "score.file.format", "a.json:1:1"},
		"more behind":   {good + "{}", "score.file.not_canonical", ""},
		"spaces":        {strings.Replace(good, ":", ": ", 1), "score.file.not_canonical", "a.json:1:11"},
		"key twice":     {strings.Replace(good, `"1.1":"A"`, `"1.1":"D","1.1":"A"`, 1), "score.file.not_canonical", ""},
	} {
		_, err := score.ParseRecord("a.json", []byte(c.data))
		wantKey(t, name, err, c.key)
		if e, ok := err.(*errs.Error); ok && c.where != "" && e.Args[1] != c.where {
			t.Errorf("%s: at %v, want %s", name, e.Args[1], c.where)
		}
	}
}

// FuzzParseRecord: what is read is canonical, and computing it never panics.
func FuzzParseRecord(f *testing.F) {
	f.Add(encode(f, record(1, "AAAAA", "BBBBB")))
	f.Add([]byte(`{"format":1}`))
	if data, err := os.ReadFile("testdata/record.json"); err == nil {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := score.ParseRecord("fuzz", data)
		if err != nil {
			if errs.KindOf(err) != errs.Invalid {
				t.Fatalf("not a message: %v", err)
			}
			return
		}
		if !bytes.Equal(encode(t, r), data) {
			t.Fatal("read, and not canonical")
		}
		if _, _, err := score.Replay(r); err != nil && errs.KindOf(err) != errs.Invalid {
			t.Fatal(err)
		}
	})
}

// large is a province's call: so many applications with seven ballots each.
func large(n int) score.Record {
	r := score.Record{Format: score.Format, Programme: programme(), Places: n / 10}
	const levels = "ABCD"
	for i := range n {
		app := fmt.Sprintf("JY-%05d", i)
		for e := range 7 {
			var l [5]byte
			for k := range l {
				l[k] = levels[(i*(k+3)+e*(i%5)+k)%7%4]
			}
			r.Ballots = append(r.Ballots, ballot(app, fmt.Sprintf("E%02d", e), string(l[:])))
		}
		r.Entries = append(r.Entries, score.Entry{Application: app, Draw: i + 1})
	}
	return r
}

// TestLargeReplay: 5,000 × 7 ballots are read and replayed in far less than
// the 10 s that issue 4 allows.
func TestLargeReplay(t *testing.T) {
	t.Parallel()
	r := large(5000)
	r.Result = rank(t, r)
	data := encode(t, r)
	start := time.Now()
	back, err := score.ParseRecord("large", data)
	if err != nil {
		t.Fatal(err)
	}
	if _, diffs, err := score.Replay(back); err != nil || len(diffs) > 0 {
		t.Fatalf("%v, %v", diffs, err)
	}
	if d := time.Since(start); d > 10*time.Second {
		t.Errorf("took %s", d)
	}
}

func BenchmarkReplay(b *testing.B) {
	r := large(5000)
	r.Result = rank(b, r)
	data := encode(b, r)
	for b.Loop() {
		back, err := score.ParseRecord("large", data)
		if err != nil {
			b.Fatal(err)
		}
		if _, _, err := score.Replay(back); err != nil {
			b.Fatal(err)
		}
	}
}
