#include "app/server/disk_words.hpp"

namespace swell::app {

std::string DiskWords::look(std::uint64_t free_bytes) {
    if (!full_ && free_bytes < full_below_bytes) {
        full_ = true;
        return warning();
    }
    if (full_ && free_bytes >= room_from_bytes) {
        full_ = false;
        return "the disk of " + folder_ + " has room again";
    }
    return "";
}

std::string DiskWords::warning() const {
    if (!full_) return "";
    return "the disk of " + folder_ +
           " is full: a decision that cannot be kept is not acted on, and lines that pods print "
           "are lost";
}

}  // namespace swell::app
