#include <iostream>
#include <string>
#include <vector>

#include "run_io.hpp"

int main(int argc, char** argv) {
    using namespace swell::conformance;
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const Kind* kind = arguments.empty() ? nullptr : find_kind(arguments[0]);
    if (kind == nullptr || arguments.size() < 2) {
        if (kind == nullptr && !arguments.empty())
            std::cerr << "unknown kind \"" << arguments[0] << "\"\n";
        std::cerr << "usage: conformance KIND FILE…\nkinds:";
        for (const Kind& known : kinds()) std::cerr << ' ' << known.name;
        std::cerr << '\n';
        return 2;
    }
    return run(*kind, {arguments.begin() + 1, arguments.end()}, std::cout).all() ? 0 : 1;
}
