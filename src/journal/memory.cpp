#include "journal/memory.hpp"

namespace swell::journal {

Result<std::uint64_t> MemoryJournal::write(Entry entry) {
    if (refusing_) return fail(Code::unavailable, "journal: the disk is full");
    entry.id = ++last_id_;
    entries_.push_back(std::move(entry));
    if (entries_.size() > bound_) entries_.pop_front();
    return last_id_;
}

Result<void> MemoryJournal::outcome(std::uint64_t id, Instant at, const std::string& outcome) {
    if (refusing_) return fail(Code::unavailable, "journal: the disk is full");
    if (entries_.empty() || id < entries_.front().id || id > last_id_)
        return fail(Code::not_found, "journal entry " + std::to_string(id) + " not found");
    Entry& entry = entries_[static_cast<std::size_t>(id - entries_.front().id)];
    entry.outcome = outcome;
    entry.outcome_at = at;
    return {};
}

Result<std::vector<Entry>> MemoryJournal::read(const Filter& filter) const {
    std::vector<Entry> found;
    for (auto entry = entries_.rbegin(); entry != entries_.rend() && found.size() < filter.limit;
         ++entry)
        if (passes(filter, *entry)) found.push_back(*entry);
    return found;
}

}  // namespace swell::journal
