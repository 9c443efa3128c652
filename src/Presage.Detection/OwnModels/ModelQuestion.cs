namespace Presage.Detection.OwnModels;

/// <summary>A window put to a model, and what is needed to understand the answer.</summary>
/// <param name="Value">The value that is judged.</param>
/// <param name="Offset">What was taken from each value of the window.</param>
/// <param name="Factor">By what each was divided.</param>
public readonly record struct ModelQuestion(long TimestampMs, double Value, double Offset, double Factor);
