using Presage.Detection;

namespace Presage.OwnModels;

/// <summary>A series that a model finds odd now.</summary>
/// <param name="Key">What its anomalies are listed under.</param>
/// <param name="Series">The series in words, without the host.</param>
/// <param name="Value">Its value where it was oddest.</param>
/// <param name="Expected">What the model expects now; null of a model that gives scores.</param>
/// <param name="Anomaly">As it is listed: of a model that gives scores with the score in place of the value.</param>
/// <param name="Score">One minus the share of normal looks, one each 10 s, at least this odd.</param>
/// <param name="PerMinute">The probability that a minute of normal behaviour looks so odd to any model.</param>
/// <param name="IsAlarm">Whether it is too rare for the number of false alarms allowed.</param>
/// <param name="Sentence">What is odd, in a sentence that names the model.</param>
sealed record ModelFinding(
    string Model,
    string Key,
    string Series,
    double Value,
    double? Expected,
    Anomaly Anomaly,
    double Score,
    double PerMinute,
    bool IsAlarm,
    string Sentence);
