package demo

import (
	"math"
	"math/rand/v2"
)

// ageWeights says who takes part: shares of learners by age, as decades of
// participation statistics have it. The upper end of each span is included.
var ageWeights = []struct {
	from, to int
	weight   float64
}{
	{3, 5, 1.5}, {6, 11, 8}, {12, 17, 3}, {18, 34, 12}, {35, 49, 15}, {50, 59, 19}, {60, 69, 26}, {70, 79, 13}, {80, 92, 2.5},
}

var ageChooser = func() chooser {
	var w []float64
	for _, a := range ageWeights {
		w = append(w, a.weight)
	}
	return newChooser(w)
}()

// resident is somebody who learns.
type resident struct {
	place   int
	age     int // in the year of the demo's day
	sex     string
	unknown bool // birth year and sex were never said
	zeal    float64
	classes []int32
	movedTo int64 // area, 0 = stays
	movedOn int64 // day
}

// newResident invents somebody who lives in place.
func newResident(r *rand.Rand, place int) resident {
	span := ageWeights[ageChooser.draw(r)]
	p := resident{place: place, age: span.from + r.IntN(span.to-span.from+1), sex: "m", zeal: 0.62 + 0.36*math.Sqrt(r.Float64())}
	women := 0.64
	if p.age < 18 {
		women = 0.5
	}
	if r.Float64() < women {
		p.sex = "f"
	}
	p.unknown = r.IntN(250) == 0
	return p
}

// wishes is how many classes somebody takes in two years: most one, few many.
func wishes(r *rand.Rand) int { return min(12, int(math.Pow(1-r.Float64(), -1/1.7))) }

// meanWishes is the mean of wishes.
var meanWishes = func() float64 {
	var sum float64
	for k := 1; k <= 12; k++ {
		sum += math.Pow(float64(k), -1.7) // P(wishes ≥ k)
	}
	return sum
}()

// suits is how likely somebody of an age takes a class of a kind.
func suits(ages string, age int) float64 {
	switch ages {
	case "elder":
		return step(age, 0.04, 0.06, 0.18, 0.7, 1)
	case "adult":
		return step(age, 0.02, 1, 0.9, 0.4, 0.1)
	case "young":
		return step(age, 1, 0.2, 0.3, 0.1, 0.1)
	case "family":
		return step(age, 0.9, 0.5, 0.7, 0.2, 0.35)
	}
	return 0.6
}

func step(age int, child, young, middle, fifties, old float64) float64 {
	switch {
	case age < 18:
		return child
	case age < 35:
		return young
	case age < 50:
		return middle
	case age < 60:
		return fifties
	}
	return old
}
