#pragma once
// Every code that a message of the program may carry, with its meaning. Codes are never reused.
#include <array>
#include <string_view>

namespace exmy {

/// A code as printed ("E203") and what it means; wherever text is wanted it is the code.
struct ErrorCode {
  std::string_view code;
  std::string_view meaning;

  constexpr operator std::string_view() const { return code; }
};

namespace codes {
// Files and syntax.
inline constexpr ErrorCode unreadable_file{"E101", "a file cannot be read"};
inline constexpr ErrorCode file_too_large{"E102", "a configuration file is larger than 16 MiB"};
inline constexpr ErrorCode not_utf8{"E103", "the text is not UTF-8, or starts with a byte order mark"};
inline constexpr ErrorCode syntax{"E104", "the text is not JSON"};
inline constexpr ErrorCode duplicate_key{"E105", "a key appears twice in one object"};
inline constexpr ErrorCode too_deep{"E106", "more than 64 levels of nesting, or more than 1,000,000 values"};
inline constexpr ErrorCode not_finite{"E107", "NaN and infinity are not JSON numbers"};
inline constexpr ErrorCode number_overflow{"E108", "a number is too large for binary64"};
inline constexpr ErrorCode bad_extends{
    "E109", "`extends` names no file, a file that cannot be read, too many files, or a cycle"};
inline constexpr ErrorCode bad_override{"E110", "an override of the command line cannot be understood"};
inline constexpr ErrorCode override_misfit{"E111",
                                           "an override of the command line does not fit the configuration"};

// Values.
inline constexpr ErrorCode unknown_key{"E201", "an unknown key"};
inline constexpr ErrorCode wrong_type{"E202", "a value of the wrong type"};
inline constexpr ErrorCode unknown_name{"E203", "an unknown name"};
inline constexpr ErrorCode out_of_range{"E204", "a value out of range"};
inline constexpr ErrorCode missing_key{"E205", "a required key is missing"};
inline constexpr ErrorCode contradiction{"E206", "values that contradict each other"};
inline constexpr ErrorCode unsupported{"E207", "something that this version does not support"};

// Policy.
inline constexpr ErrorCode rule_matches_nothing{"E301", "a policy rule that matches nothing"};
inline constexpr ErrorCode bad_rule{"E302", "a policy rule that contradicts itself or its format"};
inline constexpr ErrorCode site_hash_collision{"E303", "two sites of the network have one hash"};

// Data.
inline constexpr ErrorCode unreadable_data{"E401", "a data file cannot be read"};
inline constexpr ErrorCode malformed_data{"E402", "a data file is truncated or malformed"};
inline constexpr ErrorCode data_misfit{"E403", "the data do not fit the model"};

// Sweeps.
inline constexpr ErrorCode empty_sweep{"E501", "a sweep, or one of its parameters, that stands for no run"};
inline constexpr ErrorCode too_many_runs{"E502", "a sweep of more runs than it may have"};
inline constexpr ErrorCode unknown_path{"E503", "a path of a sweep that its base configuration does not have"};
inline constexpr ErrorCode bad_constraint{"E504", "a constraint that cannot be understood"};
}  // namespace codes

/// The table, in order.
inline constexpr std::array error_codes{
    codes::unreadable_file,
    codes::file_too_large,
    codes::not_utf8,
    codes::syntax,
    codes::duplicate_key,
    codes::too_deep,
    codes::not_finite,
    codes::number_overflow,
    codes::bad_extends,
    codes::bad_override,
    codes::override_misfit,
    codes::unknown_key,
    codes::wrong_type,
    codes::unknown_name,
    codes::out_of_range,
    codes::missing_key,
    codes::contradiction,
    codes::unsupported,
    codes::rule_matches_nothing,
    codes::bad_rule,
    codes::site_hash_collision,
    codes::unreadable_data,
    codes::malformed_data,
    codes::data_misfit,
    codes::empty_sweep,
    codes::too_many_runs,
    codes::unknown_path,
    codes::bad_constraint,
};

}  // namespace exmy
