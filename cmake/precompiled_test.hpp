// precompiled.hpp for test programs.

#include "precompiled.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
