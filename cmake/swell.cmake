# The build's own words: one folder, one target.

find_package(Threads REQUIRED)
find_package(GTest REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(benchmark REQUIRED)

option(SWELL_SANITIZE "Comma-separated sanitizers, for example address,undefined" "")
option(SWELL_FUZZ "Build the libFuzzer targets (clang)" OFF)

add_library(swell_flags INTERFACE)
target_compile_options(
    swell_flags
    INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -fno-omit-frame-pointer
)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # A designated initializer leaves fields out on purpose; GCC 12 warns all the same. It also reports false
    # positives for the other two inside the standard library when it optimises.
    target_compile_options(swell_flags INTERFACE -Wno-missing-field-initializers -Wno-restrict -Wno-maybe-uninitialized)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # The first as above. The second is about what libstdc++ 12 does inside its std::stable_sort.
    target_compile_options(
        swell_flags INTERFACE -Wno-missing-designated-field-initializers -Wno-deprecated-declarations
    )
endif()
if(SWELL_SANITIZE)
    target_compile_options(swell_flags INTERFACE -fsanitize=${SWELL_SANITIZE} -fno-sanitize-recover=all)
    target_link_options(swell_flags INTERFACE -fsanitize=${SWELL_SANITIZE})
    if(SWELL_SANITIZE MATCHES "undefined")
        # A check before every access to a member: half the time of a build, for what AddressSanitizer finds too.
        target_compile_options(swell_flags INTERFACE -fno-sanitize=null,alignment,object-size,vptr)
    endif()
endif()
if(SWELL_FUZZ)
    target_compile_options(swell_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# A test's own source runs once: it is not worth optimising.
add_library(swell_test_flags INTERFACE)
target_link_libraries(swell_test_flags INTERFACE swell_flags)
if(SWELL_SANITIZE)
    target_compile_options(swell_test_flags INTERFACE -O0)
endif()

# For the programs whose work is small objects by the million: a fifth of the CPU time of `./bench simulate`. Sanitizers
# bring their own.
add_library(swell_allocator INTERFACE)
if(NOT SWELL_SANITIZE)
    find_library(JEMALLOC jemalloc REQUIRED)
    target_link_libraries(swell_allocator INTERFACE ${JEMALLOC})
endif()

# Precompiled headers: a fifth of the time of a build. With them GCC 12 warns of strings out of bounds that are none, in
# what it optimises under ThreadSanitizer and in tests: there it goes without, and the warnings stay on. Clang goes
# without, so that a missing include is found.
set(swell_precompiled_sets "")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT SWELL_SANITIZE MATCHES "thread")
    list(APPEND swell_precompiled_sets precompiled)
    if(SWELL_SANITIZE)
        list(APPEND swell_precompiled_sets precompiled_test)
    endif()
endif()
foreach(set IN LISTS swell_precompiled_sets)
    add_library(swell_${set} OBJECT ${CMAKE_SOURCE_DIR}/cmake/precompiled.cpp)
    target_include_directories(swell_${set} PRIVATE ${CMAKE_SOURCE_DIR}/src)
    target_precompile_headers(swell_${set} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/${set}.hpp)
    if(set STREQUAL "precompiled")
        target_link_libraries(swell_${set} PRIVATE swell_flags)
    else()
        target_link_libraries(swell_${set} PRIVATE GTest::gmock swell_test_flags)
    endif()
endforeach()

# swell_precompile(TARGET SET): the target's sources are compiled with the headers of SET.
function(swell_precompile target set)
    if(TARGET swell_${set})
        target_precompile_headers(${target} REUSE_FROM swell_${set})
    endif()
endfunction()

set_property(GLOBAL PROPERTY SWELL_TESTS "")

# swell_library(NAME SOURCES … HEADERS … TESTS … BENCHES … FUZZERS … DEPS …)
#
# NAME     the folder's path below src/ with "/" as "_": cluster_store
# SOURCES  .cpp files; a folder of headers alone names none
# HEADERS  every header of the folder; each is compiled alone (target headers)
# TESTS    *_test.cpp and *_sim_test.cpp; together they are the program NAME_test
# BENCHES  *_bench.cpp; together the program NAME_bench (google-benchmark)
# FUZZERS  *_fuzz.cpp; one program each, in preset fuzz
# DEPS     other folders (base spec …) or CMake targets (SQLite::SQLite3); they mirror the includes
function(swell_library name)
    cmake_parse_arguments(arg "" "" "SOURCES;HEADERS;TESTS;BENCHES;FUZZERS;DEPS" ${ARGN})
    set(deps "")
    foreach(dep IN LISTS arg_DEPS)
        if(TARGET swell_${dep})
            list(APPEND deps swell_${dep})
        else()
            list(APPEND deps ${dep})
        endif()
    endforeach()
    if(arg_SOURCES)
        add_library(swell_${name} STATIC ${arg_SOURCES})
        target_link_libraries(swell_${name} PUBLIC ${deps} PRIVATE swell_flags)
        target_include_directories(swell_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
        swell_precompile(swell_${name} precompiled)
        set(scope PUBLIC)
    else()
        add_library(swell_${name} INTERFACE)
        target_link_libraries(swell_${name} INTERFACE ${deps})
        target_include_directories(swell_${name} INTERFACE ${CMAKE_SOURCE_DIR}/src)
        set(scope INTERFACE)
    endif()
    if(arg_HEADERS)
        list(TRANSFORM arg_HEADERS PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
        set_property(GLOBAL APPEND PROPERTY SWELL_HEADERS ${arg_HEADERS})
        target_sources(
            swell_${name} ${scope} FILE_SET HEADERS BASE_DIRS ${CMAKE_SOURCE_DIR}/src FILES ${arg_HEADERS}
        )
    endif()
    if(arg_TESTS)
        swell_test(${name}_test SOURCES ${arg_TESTS} DEPS ${name})
    endif()
    if(arg_BENCHES)
        add_executable(${name}_bench ${arg_BENCHES})
        target_link_libraries(${name}_bench PRIVATE swell_${name} benchmark::benchmark_main swell_flags)
        add_test(NAME ${name}_bench COMMAND ${name}_bench --benchmark_min_time=0.001)
    endif()
    if(SWELL_FUZZ)
        foreach(source IN LISTS arg_FUZZERS)
            get_filename_component(stem ${source} NAME_WE)
            add_executable(${stem} ${source})
            target_link_libraries(${stem} PRIVATE swell_${name} swell_flags)
            target_link_options(${stem} PRIVATE -fsanitize=fuzzer)
        endforeach()
    endif()
endfunction()

# swell_test(NAME SOURCES … DEPS …): a GoogleTest program that ./test runs.
function(swell_test name)
    cmake_parse_arguments(arg "" "" "SOURCES;DEPS" ${ARGN})
    set(deps "")
    foreach(dep IN LISTS arg_DEPS)
        if(TARGET swell_${dep})
            list(APPEND deps swell_${dep})
        else()
            list(APPEND deps ${dep})
        endif()
    endforeach()
    add_executable(${name} ${arg_SOURCES})
    target_link_libraries(${name} PRIVATE ${deps} GTest::gmock GTest::gtest_main swell_test_flags)
    swell_precompile(${name} precompiled_test)
    add_test(NAME ${name} COMMAND ${name})
    set_property(GLOBAL APPEND PROPERTY SWELL_TESTS ${name})
endfunction()
