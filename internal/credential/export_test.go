package credential

// Proven is proven, for documents of other issuers.
var Proven = proven
