#pragma once

namespace swell::control::vpa {

// Logarithms and powers, rounded as the original rounds them: which bucket a value falls into, and
// which bucket a percentile ends in, hang on the last bit.
//
// Source  the C library of FreeBSD (e_log.c, e_exp.c), which Go's math package follows; exact_pow
//         multiplies mantissas by squaring, as Go's math.Pow does for whole exponents.

/// The natural logarithm of a finite x > 0.
double exact_log(double x);

/// 2^x. Infinite past 1024, 0 below -1074.
double exact_exp2(double x);

/// x^n for x > 0; x may be infinite.
double exact_pow(double x, int n);

}  // namespace swell::control::vpa
