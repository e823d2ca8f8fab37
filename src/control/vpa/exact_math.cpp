#include "control/vpa/exact_math.hpp"

#include <cmath>
#include <limits>

namespace swell::control::vpa {

namespace {

// ln 2 in two parts: products of the first with whole numbers are exact.
constexpr double ln2_high = 6.93147180369123816490e-01;
constexpr double ln2_low = 1.90821492927058770002e-10;

}  // namespace

double exact_log(double x) {
    constexpr double half_root = 0.70710678118654752440;
    // x = 2^k * (1 + f) with 1 + f between sqrt(1/2) and sqrt(2).
    int k = 0;
    double mantissa = std::frexp(x, &k);
    if (mantissa < half_root) {
        mantissa *= 2;
        --k;
    }
    const double f = mantissa - 1;
    const double s = f / (2 + f);
    const double s2 = s * s;
    const double s4 = s2 * s2;
    const double odd =
        s2 * (6.666666666666735130e-01 +
              s4 * (2.857142874366239149e-01 +
                    s4 * (1.818357216161805012e-01 + s4 * 1.479819860511658591e-01)));
    const double even = s4 * (3.999999999940941908e-01 +
                              s4 * (2.222219843214978396e-01 + s4 * 1.531383769920937332e-01));
    const double rest = odd + even;
    const double half_square = 0.5 * f * f;
    return k * ln2_high - ((half_square - (s * (half_square + rest) + k * ln2_low)) - f);
}

double exact_exp2(double x) {
    constexpr double overflow = 1.0239999999999999e+03;
    constexpr double underflow = -1.0740e+03;
    if (x > overflow) return std::numeric_limits<double>::infinity();
    if (x < underflow) return 0;
    // x = k + t; 2^t = e^(high - low).
    const int k = static_cast<int>(x > 0 ? x + 0.5 : x - 0.5);
    const double t = x - k;
    const double high = t * ln2_high;
    const double low = -t * ln2_low;
    const double r = high - low;
    const double r2 = r * r;
    const double c =
        r -
        r2 * (1.66666666666666657415e-01 +
              r2 * (-2.77777777770155933842e-03 +
                    r2 * (6.61375632143793436117e-05 +
                          r2 * (-1.65339022054652515390e-06 + r2 * 4.13813679705723846039e-08))));
    const double y = 1 - ((low - (r * c) / (2 - c)) - high);
    return std::ldexp(y, k);
}

double exact_pow(double x, int n) {
    if (n == 0 || x == 1) return 1;
    if (n == 1) return x;
    if (std::isinf(x)) return n < 0 ? 0 : x;
    // answer = mantissa * 2^exponent
    double mantissa = 1;
    int exponent = 0;
    int power_exponent = 0;
    double power = std::frexp(x, &power_exponent);
    for (int left = n < 0 ? -n : n; left != 0; left >>= 1) {
        if (power_exponent < -(1 << 12) || power_exponent > 1 << 12) {
            exponent += power_exponent;
            break;
        }
        if ((left & 1) == 1) {
            mantissa *= power;
            exponent += power_exponent;
        }
        power *= power;
        power_exponent *= 2;
        if (power < 0.5) {
            power += power;
            --power_exponent;
        }
    }
    if (n < 0) {
        mantissa = 1 / mantissa;
        exponent = -exponent;
    }
    return std::ldexp(mantissa, exponent);
}

}  // namespace swell::control::vpa
