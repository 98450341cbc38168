package org

// Clean is the check of what people enter.
func Clean(in Input) error { return in.clean() }
