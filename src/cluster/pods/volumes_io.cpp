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

Result<void> write_key(
    const std::string& folder, const std::string& path, const std::string& text, std::int32_t mode
) {
    if (leads_out(path))
        return fail(Code::invalid, "path \"" + path + "\" leads out of its volume");
    const fs::path file = fs::path(folder) / path;
    std::error_code failed;
    fs::create_directories(file.parent_path(), failed);
    return write_file(file, text, static_cast<unsigned>(mode) & 0777);
}

/// Writes the chosen keys, or all.
Result<void> write_keys(
    const std::string& folder,
    const std::map<std::string, std::string>& data,
    const std::vector<spec::KeyToPath>& items,
    std::int32_t mode,
    bool optional
) {
    if (items.empty()) {
        for (const auto& [key, text] : data)
            if (auto written = write_key(folder, key, text, mode); !written) return written;
        return {};
    }
    for (const spec::KeyToPath& item : items) {
        const auto found = data.find(item.key);
        if (found == data.end()) {
            if (optional) continue;
            return fail(Code::not_found, "references non-existent config key: " + item.key);
        }
        auto written = write_key(folder, item.path, found->second, item.mode.value_or(mode));
        if (!written) return written;
    }
    return {};
}

Result<void> fill(
    const spec::Volume& volume, const std::string& folder, const VolumeSources& from
) {
    if (volume.config_map) {
        const spec::ConfigMapVolume& wanted = *volume.config_map;
        const spec::ConfigMap* source = from.config_map(wanted.name);
        if (source == nullptr && wanted.optional) return {};
        if (source == nullptr)
            return fail(Code::not_found, "configmap \"" + wanted.name + "\" not found");
        std::map<std::string, std::string> data = source->data;
        data.insert(source->binary_data.begin(), source->binary_data.end());
        return write_keys(folder, data, wanted.items, wanted.default_mode, wanted.optional);
    }
    if (volume.secret) {
        const spec::SecretVolume& wanted = *volume.secret;
        const spec::Secret* source = from.secret(wanted.secret_name);
        if (source == nullptr && wanted.optional) return {};
        if (source == nullptr)
            return fail(Code::not_found, "secret \"" + wanted.secret_name + "\" not found");
        return write_keys(folder, source->data, wanted.items, wanted.default_mode, wanted.optional);
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
        if (read_only) fs::remove_all(path, failed);
        ::mkdir(path.c_str(), read_only ? 0755 : 0777);
        // As kubelet: whoever the program runs as may write to an emptyDir.
        if (!read_only) ::chmod(path.c_str(), 0777);
        if (!fs::is_directory(path, failed))
            return std::unexpected(errno_error("volume " + path.string()));
        if (auto filled = fill(volume, path, from); !filled) {
            filled.error().what = "volume \"" + volume.name + "\": " + filled.error().what;
            return std::unexpected(filled.error());
        }
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
