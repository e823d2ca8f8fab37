// `swell`: one binary. Shims and the proxy are itself, under other first words.

#include <signal.h>

#include <string>
#include <string_view>
#include <vector>

#include "app/cli/commands_io.hpp"
#include "app/cli/options.hpp"
#include "cluster/pods/shim_io.hpp"
#include "proxy/main_io.hpp"

int main(int argc, char** argv) {
    const std::string_view word = argc > 1 ? argv[1] : "";
    if (word == "shim") return swell::cluster::shim_main(argc, argv);
    if (word == "proxy")
        return swell::proxy::proxy_main(std::vector<std::string>(argv + 2, argv + argc));

    const swell::app::Parsed parsed = swell::app::parse(argc, argv);
    if (parsed.exit) return *parsed.exit;
    return swell::app::run_command(parsed.options);
}
