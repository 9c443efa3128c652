namespace Presage.Detection;

/// <summary>How the values of a window's spans lie to those of its baseline.</summary>
/// <param name="Probability">Of chance, all parts of the window that were looked at counted in.</param>
/// <param name="Effect">The distance of the medians in units of the baseline's spread.</param>
/// <param name="First">Where in the window the part begins that differs most.</param>
readonly record struct SpanShift(double Probability, double Effect, double Before, double After, int First);
