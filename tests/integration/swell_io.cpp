#include "swell_io.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/server/state_dir_io.hpp"
#include "base/fd_io.hpp"
#include "base/loop_io.hpp"

namespace swell::test {

namespace {

namespace fs = std::filesystem;

std::string slurp(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

std::vector<char*> pointers_to(std::vector<std::string>& words) {
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    return pointers;
}

int spawn(
    std::vector<std::string> words,
    const std::string& input,
    const std::string& out,
    const std::string& err
) {
    const auto pointers = pointers_to(words);
    const int in = ::open(input.empty() ? "/dev/null" : input.c_str(), O_RDONLY);
    const int to = ::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const int errors = err == out ? to : ::open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::dup2(in, 0);
        ::dup2(to, 1);
        ::dup2(errors, 2);
        ::syscall(SYS_close_range, 3, ~0U, 0);
        ::execv(pointers.front(), pointers.data());
        ::_exit(127);
    }
    ::close(in);
    ::close(to);
    if (errors != to) ::close(errors);
    return pid;
}

int code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

}  // namespace

bool eventually(const std::function<bool()>& holds, Duration patience) {
    Loop loop;
    const Instant deadline = loop.precise() + patience;
    while (!holds()) {
        if (loop.precise() > deadline) return false;
        loop.run_once(std::chrono::milliseconds(10));
    }
    return true;
}

std::string binary_folder() { return fs::path(SWELL_BINARY).parent_path().string(); }

Process::Process(const std::vector<std::string>& words, const std::string& log)
    : pid_(spawn(words, "", log, log)), log_(log) {}

Process::~Process() {
    if (code_) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

void Process::signal(int number) const {
    if (!code_) ::kill(pid_, number);
}

std::optional<int> Process::wait(Duration patience) {
    if (code_) return code_;
    eventually(
        [&] {
            int status = 0;
            if (::waitpid(pid_, &status, WNOHANG) != pid_) return false;
            code_ = code_of(status);
            return true;
        },
        patience
    );
    return code_;
}

std::string Process::output() const { return slurp(log_); }

Swell::Swell() {
    std::string pattern = (fs::temp_directory_path() / "swell-test-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
}

Swell::~Swell() {
    run({"down"});
    for (const int pid : processes()) ::kill(pid, SIGKILL);
    std::error_code error;
    fs::remove_all(folder_, error);
}

Outcome Swell::run(std::vector<std::string> words, const std::string& input) const {
    words.insert(words.begin(), SWELL_BINARY);
    words.insert(words.end(), {"--state", state()});
    const std::string out = folder_ + "/out", err = folder_ + "/err", in = folder_ + "/in";
    if (!input.empty()) std::ofstream(in, std::ios::binary) << input;
    const int pid = spawn(words, input.empty() ? "" : in, out, err);
    int status = 0;
    ::waitpid(pid, &status, 0);
    return {code_of(status), slurp(out), slurp(err)};
}

std::unique_ptr<Process> Swell::start(std::vector<std::string> words) const {
    words.insert(words.begin(), SWELL_BINARY);
    words.insert(words.end(), {"--state", state()});
    return std::make_unique<Process>(words, folder_ + "/log");
}

std::string Swell::file(const std::string& name, const std::string& text) const {
    const std::string path = folder_ + "/" + name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
}

app::ApiClient Swell::api() const { return app::ApiClient(state() + "/api.sock"); }

std::vector<int> Swell::processes() const {
    std::vector<int> found;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const std::string name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        const int pid = std::atoi(name.c_str());
        if (pid == ::getpid()) continue;
        std::error_code error;
        const bool named =
            slurp(entry.path() / "cmdline").find(folder_) != std::string::npos ||
            slurp(entry.path() / "environ").find(folder_) != std::string::npos ||
            fs::read_symlink(entry.path() / "cwd", error).string().starts_with(folder_);
        if (named && slurp(entry.path() / "stat").find(") Z ") == std::string::npos)
            found.push_back(pid);
    }
    return found;
}

std::vector<std::string> Swell::in_memory() const {
    const std::string tag = app::StateDir{state()}.tag();
    std::vector<std::string> found;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator("/dev/shm", error))
        if (entry.path().filename().string().find(tag) != std::string::npos)
            found.push_back(entry.path().string());
    return found;
}

std::vector<std::string> Swell::cgroups() const {
    const std::string tag = app::StateDir{state()}.tag();
    std::vector<std::string> found;
    std::error_code error;
    for (auto entry = fs::recursive_directory_iterator(
             "/sys/fs/cgroup", fs::directory_options::skip_permission_denied, error
         );
         entry != fs::recursive_directory_iterator();
         entry.increment(error))
        if (entry->path().filename().string().find(tag) != std::string::npos)
            found.push_back(entry->path().string());
    return found;
}

}  // namespace swell::test
