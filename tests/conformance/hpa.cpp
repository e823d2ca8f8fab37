#include "hpa.hpp"

#include "hpa_calculator.hpp"
#include "hpa_sequences.hpp"
#include "hpa_validation.hpp"

namespace swell::conformance {

std::string check_hpa(const Json& recorded) {
    if (is_hpa_calculator_case(recorded)) return check_hpa_calculator(recorded);
    if (is_hpa_sequence(recorded)) return check_hpa_sequence(recorded);
    if (is_hpa_validation_case(recorded)) return check_hpa_validation(recorded);
    return "neither a call of the replica calculator, nor a sequence of the controller, nor an "
           "object "
           "to be read";
}

}  // namespace swell::conformance
