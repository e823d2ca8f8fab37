#include "cluster/pods/volumes_io.hpp"

#include <sys/stat.h>

#include <filesystem>

#include "base/fd_io.hpp"
#include "base/text.hpp"
#include "cluster/pods/environment.hpp"

namespace swell::cluster::pods {

namespace {

namespace fs = std::filesystem;

bool leads_out(const std::string& path) {
    if (path.empty() || path.front() == '/') return true;
    for (const std::string_view part : split(path, '/'))
        if (part == "..") return true;
    return false;
}

struct File {
    std::string text;
    unsigned mode = 0644;
};
/// A volume's files by their paths in it.
using Files = std::map<std::string, File>;

Result<void> add(Files& to, const std::string& path, const std::string& text, std::int32_t mode) {
    if (leads_out(path))
        return fail(Code::invalid, "path \"" + path + "\" leads out of its volume");
    const std::string place = fs::path(path).lexically_normal();
    if (place == "." || place.ends_with('/'))
        return fail(Code::invalid, "path \"" + path + "\" names no file in its volume");
    to[place] = {text, static_cast<unsigned>(mode) & 0777};
    return {};
}

/// The chosen keys, or all.
Result<Files> files_of(
    const std::map<std::string, std::string>& data,
    const std::vector<spec::KeyToPath>& items,
    std::int32_t mode,
    bool optional
) {
    Files files;
    if (items.empty()) {
        for (const auto& [key, text] : data)
            if (auto added = add(files, key, text, mode); !added)
                return std::unexpected(added.error());
        return files;
    }
    for (const spec::KeyToPath& item : items) {
        const auto found = data.find(item.key);
        if (found == data.end()) {
            if (optional) continue;
            return fail(Code::not_found, "references non-existent config key: " + item.key);
        }
        auto added = add(files, item.path, found->second, item.mode.value_or(mode));
        if (!added) return std::unexpected(added.error());
    }
    return files;
}

Result<Files> files_of(const spec::Volume& volume, const VolumeSources& from) {
    if (volume.config_map) {
        const spec::ConfigMapVolume& wanted = *volume.config_map;
        const spec::ConfigMap* source = from.config_map(wanted.name);
        if (source == nullptr && wanted.optional) return Files{};
        if (source == nullptr)
            return fail(Code::not_found, "configmap \"" + wanted.name + "\" not found");
        std::map<std::string, std::string> data = source->data;
        data.insert(source->binary_data.begin(), source->binary_data.end());
        return files_of(data, wanted.items, wanted.default_mode, wanted.optional);
    }
    if (volume.secret) {
        const spec::SecretVolume& wanted = *volume.secret;
        const spec::Secret* source = from.secret(wanted.secret_name);
        if (source == nullptr && wanted.optional) return Files{};
        if (source == nullptr)
            return fail(Code::not_found, "secret \"" + wanted.secret_name + "\" not found");
        return files_of(source->data, wanted.items, wanted.default_mode, wanted.optional);
    }
    return Files{};
}

bool is_there(const fs::path& path, const File& file) {
    struct stat about{};
    if (::lstat(path.c_str(), &about) != 0 || !S_ISREG(about.st_mode)) return false;
    if ((about.st_mode & 07777) != file.mode) return false;
    const auto text = read_file(path);
    return text && *text == file.text;
}

/// Takes a file away, and the folders that it leaves empty.
void forget(const fs::path& file, const fs::path& folder) {
    std::error_code failed;
    fs::remove(file, failed);
    for (fs::path parent = file.parent_path(); parent != folder; parent = parent.parent_path())
        if (::rmdir(parent.c_str()) != 0) return;
}

/// Brings a folder to these files within itself, each replaced in one step: a container that runs
/// has the folder mounted, and would not see another in its place.
Result<void> bring_to(const fs::path& folder, const Files& files) {
    std::error_code failed;
    std::vector<fs::path> old;
    for (const auto& entry : fs::recursive_directory_iterator(folder, failed))
        if ((entry.is_symlink(failed) || !entry.is_directory(failed)) &&
            !files.contains(entry.path().lexically_relative(folder).string()))
            old.push_back(entry.path());
    for (const fs::path& path : old) forget(path, folder);
    for (const auto& [path, file] : files) {
        const fs::path place = folder / path;
        if (is_there(place, file)) continue;
        fs::create_directories(place.parent_path(), failed);
        if (fs::is_directory(place, failed)) fs::remove_all(place, failed);
        if (auto written = write_file(place, file.text, file.mode); !written) return written;
    }
    return {};
}

}  // namespace

Result<std::vector<VolumeFolder>> make_volumes(
    const spec::PodSpec& pod, const VolumeSources& from
) {
    std::vector<VolumeFolder> folders;
    for (const spec::Volume& volume : pod.volumes) {
        const bool in_memory =
            volume.secret || (volume.empty_dir && volume.empty_dir->medium == "Memory");
        const bool memory = in_memory && !from.memory_folder.empty();
        const fs::path parent = memory ? from.memory_folder : from.folder;
        const fs::path path = parent / volume.name;
        std::error_code failed;
        fs::create_directories(parent.parent_path(), failed);
        ::mkdir(parent.c_str(), 0700);
        const bool read_only = !volume.empty_dir && (volume.config_map || volume.secret);
        ::mkdir(path.c_str(), read_only ? 0755 : 0777);
        // As kubelet: whoever the program runs as may write to an emptyDir.
        if (!read_only) ::chmod(path.c_str(), 0777);
        if (!fs::is_directory(path, failed))
            return std::unexpected(errno_error("volume " + path.string()));
        const auto files = files_of(volume, from);
        if (!files)
            return fail(
                files.error().code, "volume \"" + volume.name + "\": " + files.error().what
            );
        if (read_only)
            if (auto brought = bring_to(path, *files); !brought)
                return std::unexpected(brought.error());
        folders.push_back({volume.name, path, read_only});
    }
    return folders;
}

Result<std::vector<Mount>> mounts_of(
    const spec::Container& container, const std::vector<VolumeFolder>& volumes
) {
    std::vector<Mount> mounts;
    for (const spec::VolumeMount& wanted : container.volume_mounts) {
        const VolumeFolder* volume = nullptr;
        for (const VolumeFolder& one : volumes)
            if (one.name == wanted.name) volume = &one;
        if (volume == nullptr)
            return fail(
                Code::not_found, "volumeMounts: no volume is named \"" + wanted.name + "\""
            );
        if (!wanted.mount_path.starts_with("/"))
            return fail(Code::invalid, "mountPath \"" + wanted.mount_path + "\" must be absolute");
        Mount mount{volume->path, wanted.mount_path, wanted.read_only || volume->read_only};
        if (!wanted.sub_path.empty()) {
            if (leads_out(wanted.sub_path))
                return fail(
                    Code::invalid, "subPath \"" + wanted.sub_path + "\" leads out of its volume"
                );
            mount.source += "/" + wanted.sub_path;
            std::error_code failed;
            if (!fs::exists(mount.source, failed)) fs::create_directories(mount.source, failed);
        }
        mounts.push_back(std::move(mount));
    }
    return mounts;
}

Variables volume_variables(const std::vector<VolumeFolder>& volumes) {
    Variables variables;
    for (const VolumeFolder& volume : volumes)
        variables["SWELL_VOLUME_" + variable_name(volume.name)] = volume.path;
    return variables;
}

}  // namespace swell::cluster::pods
