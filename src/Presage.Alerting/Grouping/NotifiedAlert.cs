namespace Presage.Alerting.Grouping;

/// <summary>
/// One alert in a message. Times are ms since 1970 UTC; <paramref name="EndsMs"/> is null while it fires.
/// </summary>
/// <param name="Id">Its number in this installation.</param>
/// <param name="Labels">Its labels, <c>alertname</c> and <c>severity</c> included, as other tools expect
/// them.</param>
/// <param name="Sentence">What is wrong, or that it ended.</param>
/// <param name="Value">The value with its unit.</param>
/// <param name="Fingerprint">16 hexadecimal digits that stay the same for the same labels.</param>
public sealed record NotifiedAlert(
    long Id,
    SortedDictionary<string, string> Labels,
    string Sentence,
    string Value,
    long StartsMs,
    long? EndsMs,
    string Fingerprint);
