#include "sim/sweep/screen.hpp"

#include <langinfo.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include <fcntl.h>

#define NCURSES_NOMACROS 1  // "move", "clear" and "erase" are names of others too
#include <curses.h>

#include "sim/base/stop.hpp"
#include "sim/sweep/text_fit.hpp"
#include "sim/sweep/view_text.hpp"

namespace exmy {
namespace {

/// For a program that dies: what gives the terminal back, ready to be written by a signal handler. There is one
/// terminal, and handlers have no arguments.
struct LastWords {
  int descriptor = -1;
  termios modes{};
  std::array<char, 128> text{};
  std::size_t size = 0;
};
LastWords last_words;

extern "C" void restore_terminal() {
  if (last_words.descriptor < 0) return;
  (void)!::write(last_words.descriptor, last_words.text.data(), last_words.size);
  ::tcsetattr(last_words.descriptor, TCSANOW, &last_words.modes);
}

extern "C" void restore_and_die(int signal) {  // by SA_RESETHAND of the same signal, once this returns
  restore_terminal();
  std::raise(signal);
}

constexpr std::array deadly{SIGQUIT, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};

/// From here on whatever ends the program gives the terminal back.
class Restorer {
 public:
  explicit Restorer(int descriptor) {
    if (::tcgetattr(descriptor, &last_words.modes) != 0) return;
    last_words.descriptor = descriptor;
    struct sigaction action {};
    action.sa_handler = restore_and_die;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigemptyset(&action.sa_mask);
    for (std::size_t i = 0; i < deadly.size(); ++i) ::sigaction(deadly[i], &action, &before_[i]);
    set_last_act(restore_terminal);
  }
  Restorer(const Restorer&) = delete;
  Restorer& operator=(const Restorer&) = delete;
  ~Restorer() {
    if (last_words.descriptor < 0) return;
    set_last_act(nullptr);
    for (std::size_t i = 0; i < deadly.size(); ++i) ::sigaction(deadly[i], &before_[i], nullptr);
    last_words.descriptor = -1;
  }

  /// Once the terminal's description was read.
  static void learn() {
    last_words.size = 0;
    for (const char* name : {"sgr0", "cnorm", "rmkx", "rmcup"}) {
      const char* found = ::tigetstr(name);
      if (found == nullptr || found == reinterpret_cast<const char*>(-1)) continue;
      const std::string_view text(found);
      if (last_words.size + text.size() > last_words.text.size()) continue;
      std::copy(text.begin(), text.end(),
                last_words.text.begin() + static_cast<std::ptrdiff_t>(last_words.size));
      last_words.size += text.size();
    }
  }

 private:
  std::array<struct sigaction, deadly.size()> before_{};
};

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

File file_of(int descriptor, const char* mode) {
  return {descriptor < 0 ? nullptr : ::fdopen(descriptor, mode), std::fclose};
}

/// Where keys come from: the standard input if it is a terminal, else the terminal of the process, else nowhere.
File keyboard() {
  if (::isatty(STDIN_FILENO) != 0) return file_of(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3), "r");
  File terminal = file_of(::open("/dev/tty", O_RDONLY | O_CLOEXEC), "r");
  return terminal ? std::move(terminal) : file_of(::open("/dev/null", O_RDONLY | O_CLOEXEC), "r");
}

bool can_place_cursor() {
  const char* found = ::tigetstr("cup");
  return found != nullptr && found != reinterpret_cast<const char*>(-1);
}

/// A job in the background would be stopped for using its terminal.
bool is_in_background(int descriptor) {
  const pid_t foreground = ::tcgetpgrp(descriptor);
  return foreground > 0 && foreground != ::getpgrp();
}

/// ncurses' terminal: opened, and given back at the end.
class Terminal {
 public:
  Terminal(File out, File in) : out_(std::move(out)), in_(std::move(in)), restorer_(::fileno(out_.get())) {
    ::use_env(true);
    ::use_tioctl(true);  // what the terminal says wins over LINES and COLUMNS
    screen_ = ::newterm(nullptr, out_.get(), in_.get());
    if (screen_ == nullptr) return;
    usable_ = can_place_cursor();
    Restorer::learn();
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() {
    if (screen_ == nullptr) return;
    ::endwin();
    ::delscreen(screen_);
  }
  bool is_usable() const { return usable_; }

 private:
  File out_, in_;
  Restorer restorer_;
  SCREEN* screen_ = nullptr;
  bool usable_ = false;
};

class Screen : public Display {
 public:
  Screen(std::unique_ptr<Terminal> terminal, const DisplayOptions& options)
      : terminal_(std::move(terminal)),
        options_(options),
        utf8_(std::string_view(nl_langinfo(CODESET)) == "UTF-8") {
    ::cbreak();  // not raw(): Ctrl-C stays a signal
    ::noecho();
    ::nodelay(stdscr, true);
    ::keypad(stdscr, true);
    ::set_escdelay(25);
    ::curs_set(0);
    const char* plain = std::getenv("NO_COLOR");
    if ((plain == nullptr || *plain == '\0') && ::has_colors()) use_colours();
  }
  ~Screen() override {
    terminal_.reset();
    for (const std::string& line : said_) (void)!::write(options_.descriptor, line.data(), line.size());
  }

  void update(const SweepView& view, const std::string& note) override {
    const bool touched = read_keys();
    const auto now = Clock::now();
    if (!touched && shown_ && now - *shown_ < std::chrono::milliseconds(100)) return;
    shown_ = now;
    draw(view, note);
  }
  void say(const std::string& line) override { said_.push_back(line + "\n"); }
  bool is_full_screen() const override { return true; }
  bool is_left() const override { return left_; }

 private:
  using Clock = std::chrono::steady_clock;
  enum Pair : short { good = 1, active, bad };

  void use_colours() {
    if (::start_color() == ERR) return;
    const short background = ::use_default_colors() == OK ? -1 : COLOR_BLACK;
    ::init_pair(good, COLOR_GREEN, background);
    ::init_pair(active, COLOR_CYAN, background);
    ::init_pair(bad, COLOR_RED, background);
    coloured_ = true;
  }

  bool read_keys() {
    bool any = false;
    for (int key = ::wgetch(stdscr); key != ERR; key = ::wgetch(stdscr), any = true) obey(key);
    return any;
  }

  void obey(int key) {
    const int page = std::max(1, page_);
    switch (key) {
      case 'q': left_ = left_ || options_.alone; break;
      case 'j':
      case KEY_DOWN: ++top_; break;
      case 'k':
      case KEY_UP: --top_; break;
      case ' ':
      case KEY_NPAGE: top_ += page; break;
      case KEY_PPAGE: top_ -= page; break;
      case KEY_HOME: top_ = 0; break;
      case KEY_END: top_ = 1 << 20; break;
      case KEY_RESIZE:
      case 'L' - '@': ::clearok(stdscr, true); break;
      default: break;
    }
  }

  void draw(const SweepView& view, const std::string& note) {
    const int rows = ::getmaxy(stdscr);
    const auto columns = static_cast<std::size_t>(std::max(1, ::getmaxx(stdscr)));
    const auto head = head_lines({view.title(), view.seconds_left(), note}, view.runs(), columns);
    const auto body = body_lines(view.runs(), columns);
    ::werase(stdscr);
    int row = 0;
    for (const TextLine& line : head) put(row++, line);
    if (rows > 16) ++row;
    const int footer = rows > 8 ? 1 : 0;
    page_ = std::max(0, rows - row - footer);
    top_ = std::clamp(top_, 0, std::max(0, static_cast<int>(body.size()) - page_));
    for (int i = 0; i < page_ && top_ + i < static_cast<int>(body.size()); ++i)
      put(row + i, body[static_cast<std::size_t>(top_ + i)]);
    if (footer != 0) put(rows - 1, footer_line(static_cast<int>(body.size()), columns));
    ::wrefresh(stdscr);
  }

  TextLine footer_line(int lines, std::size_t columns) const {
    const int below = lines - top_ - page_;
    const std::string more = below > 0  ? "  " + std::to_string(below) + " lines below"
                             : top_ > 0 ? "  the end"
                                        : "";
    const std::size_t room = columns - std::min(columns, more.size());
    return {{fitted_to(options_.hint, room) + more, TextStyle::faint}};
  }

  void put(int row, const TextLine& line) const {
    if (row >= ::getmaxy(stdscr) || ::wmove(stdscr, row, 0) == ERR) return;
    for (const TextSpan& span : line) {
      ::wattrset(stdscr, static_cast<int>(attributes_of(span.style)));
      ::waddnstr(stdscr, shown(span.text).c_str(), -1);
    }
    ::wattrset(stdscr, 0);
  }

  chtype attributes_of(TextStyle style) const {
    switch (style) {
      case TextStyle::plain: return A_NORMAL;
      case TextStyle::title: return A_BOLD;
      case TextStyle::faint: return A_DIM;
      case TextStyle::good: return coloured_ ? static_cast<chtype>(COLOR_PAIR(good)) : A_NORMAL;
      case TextStyle::active: return coloured_ ? static_cast<chtype>(COLOR_PAIR(active)) : A_NORMAL;
      case TextStyle::bad: return coloured_ ? static_cast<chtype>(COLOR_PAIR(bad)) : A_BOLD;
    }
    return A_NORMAL;
  }

  /// Where the terminal reads no UTF-8, a question mark for what is not ASCII.
  std::string shown(const std::string& text) const {
    if (utf8_) return text;
    std::string ascii;
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x80) ascii += c;
      if (byte >= 0xC0) ascii += '?';
    }
    return ascii;
  }

  std::unique_ptr<Terminal> terminal_;
  DisplayOptions options_;
  bool utf8_;
  bool coloured_ = false;
  bool left_ = false;
  int top_ = 0;   ///< first line of the body on the screen
  int page_ = 0;  ///< lines of the body on the screen
  std::vector<std::string> said_;
  std::optional<Clock::time_point> shown_;
};

}  // namespace

std::unique_ptr<Display> open_screen(const DisplayOptions& options) {
  const char* term = std::getenv("TERM");
  if (::isatty(options.descriptor) == 0 || is_in_background(options.descriptor) || term == nullptr ||
      *term == '\0' || std::string_view(term) == "dumb")
    return nullptr;
  File out = file_of(::fcntl(options.descriptor, F_DUPFD_CLOEXEC, 3), "w");
  File in = keyboard();
  if (!out || !in) return nullptr;
  std::setlocale(LC_CTYPE, "");  // of what the terminal shows; numbers stay those of the C locale
  auto terminal = std::make_unique<Terminal>(std::move(out), std::move(in));
  if (!terminal->is_usable()) return nullptr;
  return std::make_unique<Screen>(std::move(terminal), options);
}

}  // namespace exmy
