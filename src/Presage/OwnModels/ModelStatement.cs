namespace Presage.OwnModels;

/// <summary>
/// What the sentence of an anomaly that a model found is made of. Stored with the anomaly, so that it can be told anew
/// when the model is not there any more.
/// </summary>
/// <param name="Model">The model's name.</param>
/// <param name="Series">The series in words, without the host.</param>
/// <param name="Value">Where it was oddest.</param>
/// <param name="Lower">Lower end of what the model expected; null of a model that gives scores.</param>
/// <param name="Score">The oddest score as the model gives it; null of a model that gives values.</param>
/// <param name="Usual">The score that usual looks keep to.</param>
/// <param name="IsHighOdd">Whether high scores are the odd ones.</param>
sealed record ModelStatement(
    string Model,
    string Series,
    double Value,
    double? Lower,
    double? Upper,
    double? Score,
    double? Usual,
    bool IsHighOdd);
