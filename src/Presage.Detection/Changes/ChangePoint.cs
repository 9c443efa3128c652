namespace Presage.Detection;

/// <summary>Where a series went from one regime to another.</summary>
/// <param name="At">Index of the first value of the new regime.</param>
/// <param name="Kind">Level (<see cref="ChangeKind.Rose"/>, <see cref="ChangeKind.Fell"/>), variance or trend.</param>
/// <param name="Before">Median of the regime before.</param>
/// <param name="After">Median of the regime after.</param>
/// <param name="Gain">How much better two regimes explain the values than one, in units of the penalty.</param>
public readonly record struct ChangePoint(int At, ChangeKind Kind, double Before, double After, double Gain);
