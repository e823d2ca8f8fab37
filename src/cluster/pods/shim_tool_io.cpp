// The shim alone, for tests: what `swell shim …` is in the real program.

#include "cluster/pods/shim_io.hpp"

int main(int argc, char** argv) { return swell::cluster::shim_main(argc, argv); }
