package write

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/migrate"
)

func TestFolderNames(t *testing.T) {
	for name, want := range map[string]string{
		"HaloITSM": "HaloITSM", "Contoso CRM (SAML)": "Contoso-CRM-SAML", "": "trust", "...": "trust", "../../etc/passwd": "etc-passwd", `C:\Windows`: "C-Windows", "con": "trust-con", "Con.txt": "trust-Con.txt",
		"LPT1": "trust-LPT1", "com¹": "com", "AUX .": "trust-AUX", "console": "console", "a\x00b": "a-b", "Ünïcödé 日本語": "Ünïcödé-日本語", "e\u0301": "é", "😀": "trust", ".hidden": "hidden",
		"-rf": "rf", "name. ": "name", strings.Repeat("x", 300): strings.Repeat("x", 60), strings.Repeat("日", 100): strings.Repeat("日", 20), "a/b": "a-b", "a\u202eb": "a-b", "$(x)": "x", "nul.": "trust-nul",
	} {
		if got := folderName(name); got != want {
			t.Errorf("folderName(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestEveryTrustHasAFolderOfItsOwn(t *testing.T) {
	var trusts []*migrate.TrustPlan
	for _, name := range []string{"Halo", "halo", "HALO", "Halo-2", "Halo 2", "halo!", "Café", "Cafe\u0301", "ß", "SS", "日本", "中国", "", "trust"} {
		trusts = append(trusts, minimal(name))
	}
	var folders, labels []string
	for e := range entries((&migrate.Plan{Trusts: trusts}).Plans()) {
		folders, labels = append(folders, e.folder), append(labels, e.label)
	}
	want := []string{"Halo", "halo-2", "HALO-3", "Halo-2-2", "Halo-2-3", "halo-4", "Café", "Café-2", "ß", "SS-2", "日本", "中国", "trust", "trust-2"}
	if !slices.Equal(folders, want) {
		t.Errorf("folders %q, want %q", folders, want)
	}
	if want := []string{"halo", "halo_2", "halo_3", "halo_2_2", "halo_2_3", "halo_4", "caf", "caf_2", "trust", "ss_2", "trust_2", "trust_3", "trust_4", "trust_2_2"}; !slices.Equal(labels, want) {
		t.Errorf("labels %q, want %q", labels, want)
	}
}

var (
	safeFolder = regexp.MustCompile(`^[^\x00-\x1f/\\:*?"<>|. -][^\x00-\x1f/\\:*?"<>|]*$`)
	safeLabel  = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
)

func TestFoldersAreSafeAndUnique(t *testing.T) {
	names := rapid.OneOf(rapid.SampledFrom(hostile), rapid.String(), rapid.SampledFrom([]string{"con", "a", "A", "a-2", "A-2", "ss", "ß", "İ", "i̇", "ſ", "s"}))
	rapid.Check(t, func(t *rapid.T) {
		var trusts []*migrate.TrustPlan
		for _, name := range rapid.SliceOfN(names, 1, 30).Draw(t, "names") {
			trusts = append(trusts, minimal(name))
		}
		folders, labels := map[string]bool{}, map[string]bool{}
		for e := range entries((&migrate.Plan{Trusts: trusts}).Plans()) {
			folder := cases.Fold().String(norm.NFD.String(e.folder))
			switch {
			case folders[folder] || labels[e.label]:
				t.Fatalf("%q and %q come twice", e.folder, e.label)
			case !safeFolder.MatchString(e.folder) || !utf8.ValidString(e.folder) || len(e.folder) > maxFolder+len("trust-")+4 || reserved.MatchString(e.folder):
				t.Fatalf("%q is no safe folder", e.folder)
			case strings.HasSuffix(e.folder, ".") || strings.HasSuffix(e.folder, " "):
				t.Fatalf("%q ends as Windows cannot have it", e.folder)
			case !safeLabel.MatchString(e.label):
				t.Fatalf("%q is no label", e.label)
			}
			folders[folder], labels[e.label] = true, true
		}
	})
}

func TestPatterns(t *testing.T) {
	for _, test := range []struct {
		pattern, name string
		want          bool
	}{
		{"HaloITSM", "haloitsm", true}, {"Halo", "HaloITSM", false}, {"Halo*", "HaloITSM", true}, {"*(SAML)", "Contoso CRM (SAML)", true}, {"C?M", "CRM", true}, {"C?M", "CM", false},
		{"a/*", "a/b/c", true}, {"[a]", "a", false}, {"[a]", "[a]", true}, {"*", "two\nlines", true}, {".*", "x", false}, {"", "", true}, {"é*", "Été", true},
	} {
		if got := Patterns([]string{test.pattern}).Fit(test.name); got != test.want {
			t.Errorf("%q fits %q: %v", test.pattern, test.name, got)
		}
	}
	if list := Patterns([]string{"a*", "b"}); !list.Fit("B") || list.Fit("c") || !list[0].FitsAny([]string{"x", "ab"}) {
		t.Error("a list of patterns does not fit what one of them fits")
	}
}

// TestOutputsAreTheSameEachTime runs every target twice.
func TestOutputsAreTheSameEachTime(t *testing.T) {
	for _, name := range Targets() {
		for _, o := range optionSets {
			if a, b := stream(t, name, hostilePlan(), o), stream(t, name, hostilePlan(), o); a != b {
				t.Errorf("%s differs from one run to the next", name)
			}
		}
	}
}

func TestFoldersHoldWhatAStreamHolds(t *testing.T) {
	p := hostilePlan()
	for _, name := range Targets() {
		target, _ := LookupTarget(name)
		if !target.Folders() {
			continue
		}
		seen := map[string]bool{}
		folders := map[string]bool{}
		for f, err := range target.Files(p.Plans(), Options{Claims: CustomClaims}) {
			if err != nil {
				t.Fatal(err)
			}
			if seen[f.Name] || len(f.Data) == 0 || strings.Count(f.Name, "/") != 1 {
				t.Errorf("%s: the file %q", name, f.Name)
			}
			seen[f.Name], folders[path.Dir(f.Name)] = true, true
		}
		if len(folders) != target.Count(p.Plans(), Options{}) || len(folders) != len(p.Trusts)-1 {
			t.Errorf("%s: %d folders for %d trusts", name, len(folders), len(p.Trusts))
		}
		for _, folder := range target.FolderNames(p.Plans(), Options{}) {
			if !folders[folder] || !seen[folder+"/"+target.file] {
				t.Errorf("%s: no %s/%s", name, folder, target.file)
			}
		}
	}
}

func TestSkippedTrustsAreWrittenWhereTheyAreWanted(t *testing.T) {
	p := &migrate.Plan{Trusts: []*migrate.TrustPlan{minimal("Old")}}
	p.Trusts[0].Skipped = "the trust is disabled"
	target, _ := LookupTarget("terraform")
	if n := target.Count(p.Plans(), Options{}); n != 0 {
		t.Errorf("%d trusts that are not moved are written", n)
	}
	if n := target.Count(p.Plans(), Options{Skipped: true}); n != 1 {
		t.Errorf("%d trusts are written that are wanted", n)
	}
	if plan, _ := LookupTarget("plan"); plan.Count(p.Plans(), Options{}) != 1 {
		t.Error("the plan leaves a trust out")
	}
}

func TestThePlanIsItsOwnJSON(t *testing.T) {
	for _, p := range []*migrate.Plan{hostilePlan(), built(t, migrate.PlanOptions{})} {
		p.Summary = migrate.Summary{}
		out := p.Plans()
		streamed := stream(t, "plan", p, Options{})
		for range out.All() {
		}
		p.Summary = out.Summary()
		var whole bytes.Buffer
		if err := encode(&whole, p); err != nil {
			t.Fatal(err)
		}
		if streamed != string(finding.SafeJSON(whole.Bytes())) {
			t.Error("the plan that is written trust by trust differs from the plan")
		}
	}
}

func TestPlanText(t *testing.T) {
	p := hostilePlan()
	var b bytes.Buffer
	if err := PlanText(&b, p.Plans()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"26 relying party trusts: 3 ready, 21 need work, 1 blocked, 1 not to be moved\n\n", "plain  needs-work  (saml2, trusts.xml:4120)", "required; assigned: S-1-5-21-1-2-3-9999", "required; nobody is assigned", "skipped: the trust is disabled", "NameID = ExtractMailPrefix(user.mail)", `two\nlines\r\nand\ttab`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("nothing says %q", want)
		}
	}
	if strings.ContainsAny(b.String(), "\u202e\u200b\x1b") {
		t.Error("characters that do not print are written")
	}
}

func TestOptions(t *testing.T) {
	for _, test := range []struct {
		o    Options
		want string
	}{{Options{Claims: CustomClaims}, ""}, {Options{Claims: CustomClaims, Cloud: "global"}, ""}, {Options{Claims: MappingPolicy, Cloud: "china"}, ""}, {Options{Claims: CustomClaims, Cloud: "china"}, "global cloud only"}} {
		if err := fmt.Sprint(test.o.Check()); !strings.Contains(err, test.want) || test.want == "" && err != "<nil>" {
			t.Errorf("%+v: %s, want %q", test.o, err, test.want)
		}
	}
	for cloud, want := range map[string]string{"": "https://graph.microsoft.com", "us-gov": "https://graph.microsoft.us", "china": "https://microsoftgraph.chinacloudapi.cn"} {
		if got := (Options{Cloud: cloud}).host(); got != want {
			t.Errorf("%q is %s, want %s", cloud, got, want)
		}
	}
}

func BenchmarkTargets(b *testing.B) {
	p := &migrate.Plan{Trusts: []*migrate.TrustPlan{full("HaloITSM")}}
	for _, name := range Targets() {
		target, _ := LookupTarget(name)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var out bytes.Buffer
				if err := target.Stream(&out, p.Plans(), Options{Claims: CustomClaims}); err != nil {
					b.Fatal(err)
				}
				b.SetBytes(int64(out.Len()))
			}
		})
	}
}
