#include "sim/tools/number_line.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "formats/binary64.hpp"
#include "sim/tools/numbers.hpp"

namespace exmy {
namespace {

constexpr double left = 24, right = 936, page = 960;  // pixels
constexpr double top = 44, row_height = 66, tick = 1.2;
constexpr double normal_height = 24, subnormal_height = 14;
constexpr int stand_ins = 256;  // ticks of a binade with more values than that: no picture is so wide

// Two colours of Okabe and Ito's palette; the heights say the same without colour.
constexpr const char* normal_colour = "#0072B2";
constexpr const char* subnormal_colour = "#D55E00";

template <class... Args>
std::string written(const char* format, Args... args) {
  std::array<char, 640> text{};
  std::snprintf(text.data(), text.size(), format, args...);
  return text.data();
}

/// The common axis.
struct Axis {
  int first, last;  ///< exponents
  double at(double log2) const { return left + (log2 - first) / (last - first) * (right - left); }
};

Axis axis_of(const std::vector<ComparedFormat>& formats) {
  Axis axis{2000, -2000};
  for (const ComparedFormat& f : formats) {
    axis.first = std::min(axis.first, lowest_exponent(f.format));
    axis.last = std::max(axis.last, f.format.e_max() + 1);
  }
  return axis;
}

const std::array<double, stand_ins>& fractions() {
  static const auto table = [] {
    std::array<double, stand_ins> logs{};
    for (std::size_t j = 0; j < logs.size(); ++j) logs[j] = log2_of(1 + static_cast<double>(j) / stand_ins);
    return logs;
  }();
  return table;
}

/// Ticks from left to right as one path; those that touch become one bar.
class Ticks {
 public:
  Ticks(double base, double height) : base_(base), height_(height) {}
  void add(double x) {
    if (started_ && x - tick / 2 <= end_ + 0.2) {
      end_ = x + tick / 2;
      return;
    }
    close();
    begin_ = x - tick / 2;
    end_ = x + tick / 2;
    started_ = true;
  }
  std::string path(const char* colour) {
    close();
    started_ = false;
    return path_.empty() ? "" : written("<path fill=\"%s\" d=\"", colour) + path_ + "\"/>\n";
  }

 private:
  void close() {
    if (started_)
      path_ += written("M%.2f %.1fh%.2fv%.1fh-%.2fz", begin_, base_ - height_, end_ - begin_, height_,
                       end_ - begin_);
  }
  double base_, height_;
  double begin_ = 0, end_ = 0;
  bool started_ = false;
  std::string path_;
};

/// Adds the values of one binade, or as many stand-ins as can be told apart.
void add_binade(Ticks& ticks, const Axis& axis, const Format& f, int e) {
  const int bits = std::min(e < f.e_min() ? f.mantissa_bits - (f.e_min() - e) : f.mantissa_bits, 8);
  const int values = 1 << bits;
  for (int j = 0; j < values; ++j) {
    const int step = j * (stand_ins / values);
    const double value = pow2(e) * (1 + static_cast<double>(step) / stand_ins);
    if (value < f.min_positive() || value > f.max_finite()) continue;
    ticks.add(axis.at(e + fractions()[static_cast<std::size_t>(step)]));
  }
}

std::string facts_of(const Format& f) {
  const std::uint64_t positive = (common_values(f, f) - (f.zero ? 1 : 0)) / (f.is_signed ? 2 : 1);
  return written("%d bits: %sE %d, M %d, bias %d; %llu positive value%s, ", f.bits(),
                 f.is_signed ? "sign, " : "", f.exponent_bits, f.mantissa_bits, f.bias,
                 static_cast<unsigned long long>(positive), positive == 1 ? "" : "s") +
         brief(f.min_positive()) + " to " + brief(f.max_finite());
}

std::string row_of(const ComparedFormat& format, const Axis& axis, double y) {
  const Format& f = format.format;
  const double base = y + 50;
  std::string text = written(
      "<text x=\"%.0f\" y=\"%.0f\" font-size=\"14\" stroke=\"white\" stroke-width=\"3\" "
      "paint-order=\"stroke\"><tspan font-weight=\"bold\">%s</tspan>"
      "<tspan dx=\"12\" font-size=\"12\" fill=\"#444444\">%s</tspan></text>\n",
      left, y + 16, format.name.c_str(), facts_of(f).c_str());
  Ticks normal(base, normal_height), subnormal(base, subnormal_height);
  for (int e = lowest_exponent(f); e <= f.e_max(); ++e)
    add_binade(e < f.e_min() ? subnormal : normal, axis, f, e);
  text += written("<path stroke=\"#888888\" d=\"M%.0f %.1fH%.0f\"/>\n", left, base + 0.5, right);
  return text + subnormal.path(subnormal_colour) + normal.path(normal_colour);
}

/// Vertical lines behind everything, with powers of two below.
std::string grid_of(const Axis& axis, double bottom) {
  int step = 1;
  while ((right - left) / (axis.last - axis.first) * step < 44) step *= 2;
  std::string text;
  for (int e = axis.first; e <= axis.last; ++e) {
    if (e % step != 0) continue;
    const double x = axis.at(e);
    text += written("<path stroke=\"#DDDDDD\" d=\"M%.2f %.0fV%.0f\"/>", x, top, bottom);
    text += written(
        "<text x=\"%.2f\" y=\"%.0f\" font-size=\"12\" text-anchor=\"middle\">2"
        "<tspan dy=\"-5\" font-size=\"9\">%d</tspan></text>\n",
        x, bottom + 18, e);
  }
  return text;
}

std::string legend(double y) {
  return written(
             "<path fill=\"%s\" d=\"M%.0f %.0fh2v16h-2z\"/><text x=\"%.0f\" y=\"%.0f\" font-size=\"12\">"
             "normal number</text>\n",
             normal_colour, left, y - 13, left + 8, y) +
         written(
             "<path fill=\"%s\" d=\"M%.0f %.0fh2v9h-2z\"/><text x=\"%.0f\" y=\"%.0f\" font-size=\"12\">"
             "subnormal number (ticks that touch are drawn as one bar)</text>\n",
             subnormal_colour, left + 120, y - 6, left + 128, y);
}

}  // namespace

std::string number_line_svg(const std::vector<ComparedFormat>& formats) {
  const Axis axis = axis_of(formats);
  const double bottom = top + row_height * static_cast<double>(formats.size());
  const double height = bottom + 56;
  std::string text = written(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
      "viewBox=\"0 0 %.0f %.0f\" font-family=\"DejaVu Sans, Verdana, sans-serif\">\n"
      "<title>Positive values of number formats</title>\n"
      "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
      "<text x=\"%.0f\" y=\"26\" font-size=\"16\" font-weight=\"bold\">"
      "Positive values on a logarithmic number line</text>\n",
      page, height, page, height, left);
  text += grid_of(axis, bottom);
  for (std::size_t i = 0; i < formats.size(); ++i)
    text += row_of(formats[i], axis, top + row_height * static_cast<double>(i));
  return text + legend(height - 12) + "</svg>\n";
}

}  // namespace exmy
