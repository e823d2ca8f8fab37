#include "cluster/pods/shim/mounts_io.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

#include "base/fd_io.hpp"

namespace swell::cluster::pods {

namespace {

namespace fs = std::filesystem;

/// Where the parts of an overlay or a new root are put together: /proc is our own mount, covered
/// for a moment, and no volume goes below it.
const fs::path workshop = "/proc";

Result<void> say(int answer, const std::string& what) {
    if (answer == 0) return {};
    return std::unexpected(errno_error(what));
}

/// A mount of its own of what `path` shows, in no place yet. It outlives whatever is done to the
/// path.
Fd lift(const fs::path& path) {
    return Fd(
        ::open_tree(AT_FDCWD, path.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE)
    );
}

Result<void> place(const Fd& mount, const fs::path& target) {
    return say(
        ::move_mount(*mount, "", AT_FDCWD, target.c_str(), MOVE_MOUNT_F_EMPTY_PATH),
        "mount on " + target.string()
    );
}

Result<void> cover_workshop() {
    return say(::mount("tmpfs", workshop.c_str(), "tmpfs", 0, "mode=755"), "mount a tmpfs");
}

bool is_there(const fs::path& path) {
    struct stat about{};
    return ::stat(path.c_str(), &about) == 0;
}

bool is_folder(const Fd& fd) {
    struct stat about{};
    return ::fstat(*fd, &about) == 0 && S_ISDIR(about.st_mode);
}

void make_file(const fs::path& path) {
    const Fd made(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
}

fs::path nearest_existing(const fs::path& path) {
    fs::path parent = path.parent_path();
    while (parent != "/" && !is_there(parent)) parent = parent.parent_path();
    return parent;
}

Result<void> overlay(const fs::path& folder) {
    if (auto done = cover_workshop(); !done) return done;
    const fs::path upper = workshop / "upper", work = workshop / "work";
    ::mkdir(upper.c_str(), 0755);
    ::mkdir(work.c_str(), 0755);
    struct stat about{};
    if (::stat(folder.c_str(), &about) == 0) {
        ::chmod(upper.c_str(), about.st_mode & 07777);
        [[maybe_unused]] const int kept = ::chown(upper.c_str(), about.st_uid, about.st_gid);
    }
    const std::string options =
        "lowerdir=" + folder.string() + ",upperdir=" + upper.string() + ",workdir=" + work.string();
    auto done =
        say(::mount("overlay", folder.c_str(), "overlay", 0, options.c_str()),
            "overlay " + folder.string());
    ::umount2(workshop.c_str(), MNT_DETACH);  // the overlay keeps the tmpfs alive
    return done;
}

Result<void> carry_over(const fs::directory_entry& entry, const Fd& mount, const fs::path& root) {
    const fs::path to = root / entry.path().filename();
    std::error_code failed;
    if (entry.is_symlink(failed)) {
        fs::create_symlink(fs::read_symlink(entry.path(), failed), to, failed);
        return {};
    }
    if (is_folder(mount))
        ::mkdir(to.c_str(), 0755);
    else
        make_file(to);
    return place(mount, to);
}

Result<void> enter_root(const fs::path& root) {
    if (::chdir(root.c_str()) != 0) return say(-1, "enter a new root");
    if (::syscall(SYS_pivot_root, ".", ".") == 0) {
        ::umount2(".", MNT_DETACH);
    } else if (::mount(".", "/", nullptr, MS_MOVE, nullptr) != 0 || ::chroot(".") != 0) {
        return say(
            -1, "enter a new root"
        );  // an initramfs cannot be pivoted away from, but covered
    }
    return say(::chdir("/"), "enter a new root");
}

/// A root in memory that shows every entry of the old one, and in which new entries can be made.
Result<void> new_root() {
    std::error_code failed;
    std::vector<std::pair<fs::directory_entry, Fd>> entries;
    for (const auto& entry : fs::directory_iterator("/", failed))
        entries.emplace_back(entry, entry.is_symlink(failed) ? Fd() : lift(entry.path()));
    if (auto done = cover_workshop(); !done) return done;
    for (const auto& [entry, mount] : entries)
        if (auto done = carry_over(entry, mount, workshop); !done) return done;
    return enter_root(workshop);
}

dev_t device_of(const fs::path& path) {
    struct stat about{};
    return ::stat(path.c_str(), &about) == 0 ? about.st_dev : 0;
}

/// File systems in which mount points may be made: our own overlays and roots, and volumes that may
/// be written.
class Ground {
  public:
    void add(const fs::path& path) { devices_.insert(device_of(path)); }
    void add_volume(const fs::path& target) { volumes_.push_back(target); }
    bool holds(const fs::path& path) const {
        if (devices_.contains(device_of(path))) return true;
        return std::any_of(volumes_.begin(), volumes_.end(), [&](const fs::path& volume) {
            return std::mismatch(volume.begin(), volume.end(), path.begin(), path.end()).first ==
                   volume.end();
        });
    }

  private:
    std::set<dev_t> devices_;
    std::vector<fs::path> volumes_;
};

Result<void> make_point(const fs::path& target, bool folder, Ground& ground) {
    if (is_there(target)) return {};
    const fs::path parent = nearest_existing(target);
    if (!ground.holds(parent)) {
        if (auto made = parent == "/" ? new_root() : overlay(parent); !made) return made;
        ground.add(parent);
    }
    std::error_code failed;
    fs::create_directories(folder ? target : target.parent_path(), failed);
    if (!folder) make_file(target);
    if (!is_there(target))
        return fail(Code::unavailable, "mount point " + target.string() + ": cannot be made");
    return {};
}

Result<void> set_read_only(const fs::path& target) {
    mount_attr attributes{};
    attributes.attr_set = MOUNT_ATTR_RDONLY;
    return say(
        ::mount_setattr(AT_FDCWD, target.c_str(), AT_RECURSIVE, &attributes, sizeof attributes),
        "make " + target.string() + " read-only"
    );
}

}  // namespace

Result<void> make_mounts_private() {
    auto done =
        say(::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "make mounts private");
    if (!done) return done;
    return say(
        ::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr), "mount /proc"
    );
}

Result<void> mount_volumes(const std::vector<Mount>& mounts) {
    // Outer mount points first, so that an inner one lands on top. Sources are lifted before
    // anything moves.
    std::vector<Mount> sorted = mounts;
    std::sort(sorted.begin(), sorted.end(), [](const Mount& a, const Mount& b) {
        return a.target < b.target;
    });
    std::vector<Fd> sources;
    for (const Mount& mount : sorted) {
        sources.push_back(lift(mount.source));
        if (!sources.back()) return std::unexpected(errno_error("volume " + mount.source));
    }
    Ground ground;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        const fs::path target = fs::path(sorted[i].target).lexically_normal();
        if (auto done = make_point(target, is_folder(sources[i]), ground); !done) return done;
        if (auto done = place(sources[i], target); !done) return done;
        if (!sorted[i].read_only) {
            ground.add_volume(target);
            continue;
        }
        if (auto done = set_read_only(target); !done) return done;
    }
    return {};
}

}  // namespace swell::cluster::pods
