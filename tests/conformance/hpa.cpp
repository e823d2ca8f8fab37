#include "hpa.hpp"

#include "hpa_calculator.hpp"
#include "hpa_sequences.hpp"

namespace swell::conformance {

std::string check_hpa(const Json& recorded) {
    if (is_hpa_calculator_case(recorded)) return check_hpa_calculator(recorded);
    if (is_hpa_sequence(recorded)) return check_hpa_sequence(recorded);
    return "neither a call of the replica calculator nor a sequence of the controller";
}

}  // namespace swell::conformance
