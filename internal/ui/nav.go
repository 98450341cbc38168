package ui

import (
	"context"
	"slices"
	"strings"
)

// NavItem is one entry of a front's main navigation.
type NavItem struct {
	Front   Front
	Key     string // i18n key
	Path    string
	Section string // what Page.Section says on its pages, "" = Key
	Perm    string // any one of several, with spaces between; "" = everybody
	Under   string // key of the entry below which it stands, "" = none
}

// Link is a page of another feature, in words.
type Link struct {
	Href, Text string
	Note       string // "" = none
}

// NavLink is an entry of the navigation as it is drawn. Current is the value
// of aria-current: page, true for what the page stands below, "" for neither.
type NavLink struct{ Key, Path, Current string }

// front returns the front of a page for the caller, and their first page: who
// reviews and has no desk sees the pages of all accounts beside their reviews.
func (env *Env) front(ctx context.Context, front Front) (Front, string) {
	if env.Can(ctx, "desk:use") || !env.Can(ctx, "review:use") {
		return front, "/desk"
	}
	if front == Desk {
		front = Review
	}
	return front, "/review"
}

func (it NavItem) section() string {
	if it.Section != "" {
		return it.Section
	}
	return it.Key
}

// nav returns the entries of a front that the caller may use. Of several to
// one address the first is kept.
func (env *Env) nav(ctx context.Context, front Front) []NavItem {
	var list []NavItem
	for _, it := range env.Nav {
		may := it.Perm == "" || slices.ContainsFunc(strings.Fields(it.Perm), func(perm string) bool { return env.Can(ctx, perm) })
		if it.Front == front && may && !slices.ContainsFunc(list, func(x NavItem) bool { return x.Path == it.Path }) {
			list = append(list, it)
		}
	}
	return list
}

// group lists the entries that stand below the same one.
func (p Page) group(under string) []NavItem {
	var list []NavItem
	for _, it := range p.Nav {
		if it.Under == under {
			list = append(list, it)
		}
	}
	return list
}

// MainNav is the first row of the navigation: what stands below an entry is
// that entry, which leads to the first of them; a single one stands for itself.
func (p Page) MainNav() []NavLink {
	var list []NavLink
	for i, it := range p.Nav {
		link := NavLink{Key: it.Key, Path: it.Path}
		if it.section() == p.Section {
			link.Current = "page"
		}
		if it.Under != "" {
			all := p.group(it.Under)
			if slices.ContainsFunc(p.Nav[:i], func(x NavItem) bool { return x.Under == it.Under }) {
				continue
			}
			if len(all) > 1 {
				link = NavLink{Key: it.Under, Path: it.Path}
			}
			if len(all) > 1 && slices.ContainsFunc(all, func(x NavItem) bool { return x.section() == p.Section }) {
				link.Current = "true"
			}
		}
		list = append(list, link)
	}
	return list
}

// SubNav is the second row: what stands beside the page below one entry, if
// that is more than the page.
func (p Page) SubNav() []NavLink {
	i := slices.IndexFunc(p.Nav, func(it NavItem) bool { return it.Under != "" && it.section() == p.Section })
	if i < 0 {
		return nil
	}
	all := p.group(p.Nav[i].Under)
	if len(all) < 2 {
		return nil
	}
	list := make([]NavLink, len(all))
	for n, it := range all {
		list[n] = NavLink{Key: it.Key, Path: it.Path}
		if it.section() == p.Section {
			list[n].Current = "page"
		}
	}
	return list
}

// NavGroup is the key of the entry below which the page stands.
func (p Page) NavGroup() string {
	for _, it := range p.Nav {
		if it.section() == p.Section {
			return it.Under
		}
	}
	return ""
}
