#include "sim/tools/format_drawing.hpp"

#include <algorithm>
#include <vector>

namespace exmy {
namespace {

struct Field {
  std::string name;
  int bits;
  int lowest;  ///< number of its least significant bit
  bool shortened = false;

  std::string numbers() const {
    return (bits > 1 ? std::to_string(lowest + bits - 1) + ".." : "") + std::to_string(lowest);
  }
  std::string letters() const {
    return shortened ? std::string(1, name[0]) + ".." + name[0]
                     : std::string(static_cast<std::size_t>(bits), name[0]);
  }
  std::size_t width() const { return std::max({name.size(), numbers().size(), letters().size()}); }
};

std::vector<Field> fields_of(const Format& f) {
  std::vector<Field> fields;
  if (f.is_signed) fields.push_back({"sign", 1, f.magnitude_bits()});
  fields.push_back({"exponent", f.exponent_bits, f.mantissa_bits});
  if (f.mantissa_bits > 0) fields.push_back({"mantissa", f.mantissa_bits, 0});
  return fields;
}

std::size_t drawn_width(const std::vector<Field>& fields) {
  std::size_t width = 3;
  for (const Field& field : fields) width += field.width() + 3;
  return width;
}

std::string centred(const std::string& text, std::size_t width) {
  const std::size_t left = (width - text.size()) / 2;
  return std::string(left, ' ') + text + std::string(width - text.size() - left, ' ');
}

template <class Text>
std::string row(const std::vector<Field>& fields, char edge, char filler, const Text& text_of) {
  std::string text = std::string("  ") + edge;
  for (const Field& field : fields) text += filler + centred(text_of(field), field.width()) + filler + edge;
  return text.substr(0, text.find_last_not_of(' ') + 1) + "\n";
}

}  // namespace

std::string bit_fields(const Format& format, std::size_t width) {
  std::vector<Field> fields = fields_of(format);
  for (const std::size_t from_end : {1U, 2U})  // the mantissa first, then the exponent
    if (drawn_width(fields) > width && fields.size() >= from_end)
      fields[fields.size() - from_end].shortened = fields[fields.size() - from_end].bits > 4;
  const std::string rule = row(fields, '+', '-', [](const Field& f) { return std::string(f.width(), '-'); });
  return row(fields, ' ', ' ', [](const Field& f) { return f.numbers(); }) + rule +
         row(fields, '|', ' ', [](const Field& f) { return f.letters(); }) + rule +
         row(fields, ' ', ' ', [](const Field& f) { return f.name; });
}

}  // namespace exmy
