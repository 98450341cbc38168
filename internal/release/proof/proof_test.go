package proof_test

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"xuedu/internal/release"
	"xuedu/internal/release/proof"
)

func text(zh, en string) release.Text { return release.Text{"zh-CN": zh, "en": en} }

// sample is a release of two districts.
func sample(t testing.TB) *release.Release {
	t.Helper()
	r := &release.Release{Format: release.Format, Series: "yearly", Area: "1", Period: "2024", Version: "1.0.0", Stage: release.Final, Frozen: "2025-03-01T02:00:00Z",
		Title: text("监测报告", "Monitoring report"), Publisher: text("示例市", "Sample"), Languages: []string{"zh-CN", "en"},
		Areas:    []release.Area{{Code: "1", Level: "city", Name: text("示例市", "Sample")}, {Code: "11", Level: "district", Name: text("甲区", "A"), Parent: "1"}},
		Measures: []release.Definition{{Code: "D01", Name: text("参与率", "Participation"), Unit: "percent", Kind: release.KindRatio, Places: 1}},
		Cells: []release.Cell{{Code: "D01", Area: "1", Period: "2024", State: "value", Value: "22.3", Exact: "67/3", Expected: 10, Reported: 9},
			{Code: "D01", Area: "11", Period: "2024", State: "withheld"}},
		Words: map[string]release.Words{"zh-CN": {"value.percent": "{Value}%", "state.withheld": "不公布"}, "en": {"value.percent": "{Value}%", "state.withheld": "withheld"}},
		Sections: []release.Section{{Code: "s1", Title: text("参与", "Participation"),
			Source: text("参与率{{fig D01}}，甲区{{fig D01 area=11}}。", "Participation was {{fig D01}}, in A {{fig D01 area=11}}.")}},
	}
	r.Sort()
	x := release.NewIndex(r)
	r.Sections[0].Text = release.Text{}
	for _, lang := range r.Languages {
		s, bad := proof.Sentences(x, r, r.Sections[0], lang)
		if len(bad) > 0 {
			t.Fatal(bad)
		}
		r.Sections[0].Text[lang] = s
	}
	return r
}

func key() (ed25519.PrivateKey, []proof.PublicKey) {
	k := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32))
	pub := k.Public().(ed25519.PublicKey)
	return k, []proof.PublicKey{{ID: proof.KeyID(pub), Key: pub, From: "2025-01-01T00:00:00Z"}}
}

func seal(t testing.TB, r *release.Release) []byte {
	t.Helper()
	k, _ := key()
	b, err := proof.Seal(r, map[string][]byte{"report.html": []byte("<p>")}, k)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func names(r *proof.Report) string {
	var out []string
	for _, f := range r.Findings {
		out = append(out, strings.TrimPrefix(f.Key, "release.finding."))
	}
	return strings.Join(out, " ")
}

func TestVerify(t *testing.T) {
	t.Parallel()
	_, keys := key()
	r := proof.Verify(seal(t, sample(t)), keys)
	if !r.Agrees() || r.Trust != proof.Trusted || r.Cells != 2 || r.Sentences != 2 || r.Files != 3 {
		t.Errorf("%+v", r)
	}
	if got := r.Release.Sections[0].Text["en"]; got != "Participation was 22.3%, in A withheld.\n" {
		t.Error(got)
	}
	if !bytes.Equal(seal(t, sample(t)), seal(t, sample(t))) {
		t.Error("the same release gives other bytes")
	}
}

// TestKeys: whether the city stands by a key depends on when it signed.
func TestKeys(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*proof.PublicKey)
		trust  string
		agrees bool
	}{
		"in force":        {func(*proof.PublicKey) {}, proof.Trusted, true},
		"rotated later":   {func(k *proof.PublicKey) { k.Until = "2025-06-01T00:00:00Z" }, proof.Trusted, true},
		"rotated before":  {func(k *proof.PublicKey) { k.Until = "2025-02-01T00:00:00Z" }, proof.Unlisted, false},
		"not yet":         {func(k *proof.PublicKey) { k.From = "2025-04-01T00:00:00Z" }, proof.Unlisted, false},
		"revoked before":  {func(k *proof.PublicKey) { k.Revoked = "2025-02-01T00:00:00Z" }, proof.Revoked, false},
		"revoked later":   {func(k *proof.PublicKey) { k.Revoked = "2025-06-01T00:00:00Z" }, proof.Trusted, true},
		"somebody else's": {func(k *proof.PublicKey) { k.ID = "0000000000000000" }, proof.Unlisted, true},
	} {
		_, keys := key()
		tt.change(&keys[0])
		r := proof.Verify(seal(t, sample(t)), keys)
		if r.Trust != tt.trust || r.Agrees() != tt.agrees {
			t.Errorf("%s: %s %v %s", name, r.Trust, r.Agrees(), names(r))
		}
	}
}

// content unpacks a sealed release, and sealAgain packs what was changed, with
// the old signature or, as a forger who has another key would, with a new one.
func content(t testing.TB, b []byte) map[string][]byte {
	t.Helper()
	files, err := proof.Unpack(b)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func zipped(t testing.TB, files map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, c := range files {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(c); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestChanged: a changed figure is found, and its cell is named, in whichever
// copy it was changed.
func TestChanged(t *testing.T) {
	t.Parallel()
	_, keys := key()
	for _, file := range []string{proof.ReleaseFile, proof.CellsFile} {
		files := content(t, seal(t, sample(t)))
		files[file] = bytes.Replace(files[file], []byte("22.3"), []byte("32.3"), 1)
		r := proof.Verify(zipped(t, files), keys)
		all := fmt.Sprint(r.Findings)
		if r.Agrees() || !strings.Contains(all, "D01 1 2024") || !strings.Contains(all, "file_changed") {
			t.Errorf("%s: %s", file, all)
		}
	}
}

// TestForged: whoever signs a changed text with a key of their own is found by
// the sentence, and is not trusted.
func TestForged(t *testing.T) {
	t.Parallel()
	_, keys := key()
	for name, tt := range map[string]struct {
		change func(*release.Release)
		want   string
	}{
		"sentence":   {func(r *release.Release) { r.Sections[0].Text["en"] = "Participation was 92.3%.\n" }, "sentence_differs"},
		"typed":      {func(r *release.Release) { r.Sections[0].Source["en"] = "Participation was 92.3%." }, "sentence_bad"},
		"value":      {func(r *release.Release) { r.Cells[0].Value = "92.3" }, "cell_rounded"},
		"shown":      {func(r *release.Release) { r.Cells[1].Reported = 3 }, "cell_shows"},
		"no value":   {func(r *release.Release) { r.Cells[0].State = "withheld" }, "cell_state"},
		"twice":      {func(r *release.Release) { r.Cells = append(r.Cells, r.Cells[1]) }, "cell_order"},
		"other area": {func(r *release.Release) { r.Cells[1].Area = "77" }, "cell_unknown sentence_bad sentence_bad"},
	} {
		r := sample(t)
		tt.change(r)
		sealed, err := proof.Seal(r, nil, ed25519.NewKeyFromSeed(bytes.Repeat([]byte{9}, 32)))
		if err != nil {
			t.Fatal(err)
		}
		got := proof.Verify(sealed, keys)
		if names(got) != tt.want || got.Trust != proof.Unlisted {
			t.Errorf("%s: %s %s, want %s", name, names(got), got.Trust, tt.want)
		}
	}
}

// TestFiles: files that are gone, new, or two of one name.
func TestFiles(t *testing.T) {
	t.Parallel()
	_, keys := key()
	for want, change := range map[string]func(map[string][]byte){
		"file_missing": func(f map[string][]byte) { delete(f, "report.html") },
		"file_added":   func(f map[string][]byte) { f["more.txt"] = nil },
		"no_signature": func(f map[string][]byte) { delete(f, proof.SignatureFile) },
		"bad_signature": func(f map[string][]byte) {
			f[proof.ManifestFile] = append(f[proof.ManifestFile], ' ')
		},
		"unreadable": func(f map[string][]byte) { f[proof.ReleaseFile] = f[proof.ReleaseFile][:200] },
	} {
		files := content(t, seal(t, sample(t)))
		change(files)
		if r := proof.Verify(zipped(t, files), keys); !strings.Contains(names(r), want) || r.Agrees() {
			t.Errorf("%s: %s", want, names(r))
		}
	}
	if r := proof.Verify([]byte("PK"), keys); names(r) != "no_zip" {
		t.Error(names(r))
	}
}

// TestEveryByte: whichever byte of the file is flipped, the check says so, but
// for those of the ZIP that carry nothing.
func TestEveryByte(t *testing.T) {
	t.Parallel()
	_, keys := key()
	sealed := seal(t, sample(t))
	want := content(t, sealed)
	rng := rand.New(rand.NewPCG(1, 2))
	for range 400 {
		b := slices.Clone(sealed)
		b[rng.IntN(len(b))] ^= 1 << rng.IntN(8)
		if r := proof.Verify(b, keys); r.Agrees() && !same(b, want) {
			t.Fatalf("agrees, but holds something else")
		}
	}
}

func same(b []byte, want map[string][]byte) bool {
	got, err := proof.Unpack(b)
	if err != nil || len(got) != len(want) {
		return false
	}
	for name := range want {
		if !bytes.Equal(got[name], want[name]) {
			return false
		}
	}
	return true
}

func TestParseKeys(t *testing.T) {
	t.Parallel()
	_, keys := key()
	b, err := json.Marshal(map[string]any{"keys": keys})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := proof.ParseKeys(b); err != nil || len(got) != 1 {
		t.Error(got, err)
	}
	for _, in := range []string{"", `{"keys":[{"id":"x"}]}`, strings.Replace(string(b), keys[0].ID, "0000000000000000", 1)} {
		if _, err := proof.ParseKeys([]byte(in)); err == nil {
			t.Errorf("ParseKeys(%q) succeeds", in)
		}
	}
}

func FuzzVerify(f *testing.F) {
	f.Add(seal(f, sample(f)))
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	_, keys := key()
	f.Fuzz(func(t *testing.T, b []byte) {
		r := proof.Verify(b, keys)
		if r.Agrees() && r.Trust == proof.Trusted && r.Release.Cells[0].Value != "22.3" {
			t.Error("a forged release is trusted")
		}
	})
}
