using Presage.State;

namespace Presage.Api;

/// <summary>What names and passwords must be.</summary>
static class AccountRules
{
    public const int PasswordMin = 12;
    public const int PasswordMax = 256;
    public const int NameMax = 64;
    public const int LabelMax = 100;

    public static void CheckName(string name, string field)
    {
        bool good = name.Length is >= 1 and <= NameMax
            && name.All(static c => char.IsLetterOrDigit(c) || c is '.' or '_' or '-' or '@' or '+');
        if (!good)
        {
            throw ProblemException.BadField(
                field,
                $"\"{Shown(name)}\" cannot be an account's name.",
                $"Use 1 to {NameMax} letters, digits, or any of . _ - @ +");
        }
    }

    public static void CheckPassword(string password, string field)
    {
        if (password.Length is < PasswordMin or > PasswordMax)
        {
            throw ProblemException.BadField(
                field,
                $"The password has {password.Length} characters; it needs {PasswordMin} to {PasswordMax}.",
                "Use a sentence or a password manager.");
        }
    }

    /// <summary>Checks a name for people: any printable text.</summary>
    public static void CheckLabel(string label, string field)
    {
        if (label.Length is < 1 or > LabelMax || label.Any(char.IsControl) || string.IsNullOrWhiteSpace(label))
        {
            throw ProblemException.BadField(
                field, $"\"{Shown(label)}\" is not a name of 1 to {LabelMax} printable characters.");
        }
    }

    /// <summary>An enumeration's value as the API writes it.</summary>
    public static string Text<T>(T value)
        where T : struct, Enum
    {
        string text = value.ToString();
        return char.ToLowerInvariant(text[0]) + text[1..];
    }

    public static string Shown(string text) => text.Length <= NameMax ? text : text[..NameMax] + "…";
}
