# Makes fixtures.csv and expected.csv: points of a crossed and of a ragged design, the two-way
# fixed-effects estimates by lm and lme4's variance components with ICC(2,1).
# Rscript fixtures.R, in this folder; needs r-cran-lme4.
library(lme4)
set.seed(20251013)
make <- function(name, n, k, keep) {
  d <- expand.grid(application = sprintf("A%02d", 1:n), expert = sprintf("E%02d", 1:k))
  truth <- rnorm(n, 80, 6); harsh <- rnorm(k, 0, 3)
  d$points <- round(truth[as.integer(d$application)] + harsh[as.integer(d$expert)] + rnorm(nrow(d), 0, 4), 1)
  d$design <- name
  d[keep(d), ]
}
crossed <- make("crossed", 12, 6, function(d) rep(TRUE, nrow(d)))
ragged <- make("ragged", 15, 8, function(d) (as.integer(d$application) * 3 + as.integer(d$expert) * 5) %% 8 < 5)
all <- rbind(crossed, ragged)
write.csv(all[, c("design", "application", "expert", "points")], "fixtures.csv", row.names = FALSE, quote = FALSE)
out <- NULL
add <- function(design, what, key, value) out <<- rbind(out, data.frame(design, what, key, value = sprintf("%.12f", value)))
for (name in c("crossed", "ragged")) {
  d <- droplevels(all[all$design == name, ])
  fit <- lm(points ~ 0 + application + expert, data = d, contrasts = list(expert = "contr.sum"))
  co <- summary(fit)$coefficients
  half <- qt(0.975, fit$df.residual) * co[, 2]
  for (a in levels(d$application)) {
    r <- paste0("application", a)
    add(name, "estimate", a, co[r, 1]); add(name, "half", a, half[r])
  }
  e <- co[grepl("^expert", rownames(co)), 1]
  e <- c(e, -sum(e))
  for (i in seq_along(levels(d$expert))) add(name, "offset", levels(d$expert)[i], e[i])
  m <- lmer(points ~ 1 + (1 | application) + (1 | expert), data = d, REML = TRUE,
    control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12)))
  v <- as.data.frame(VarCorr(m))
  if (name == "crossed") add(name, "icc", "", v$vcov[v$grp == "application"] / sum(v$vcov))
}
write.csv(out, "expected.csv", row.names = FALSE, quote = FALSE)
