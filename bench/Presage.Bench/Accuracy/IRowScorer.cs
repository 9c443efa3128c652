namespace Presage.Bench.Accuracy;

/// <summary>A detector under comparison: learns from history, then scores row by row, causally.</summary>
interface IRowScorer
{
    /// <summary>Takes in unlabelled history; none for single series.</summary>
    void Learn(ReadOnlySpan<double> history);

    /// <summary>
    /// How odd a row is, higher is odder; then learns it, where the method does. The time is in seconds since some
    /// midnight.
    /// </summary>
    double Score(ReadOnlySpan<double> row, double seconds);

    /// <summary>Writes the likeliest causes as of the last row; 0 where the method names none.</summary>
    int Rank(Span<int> metrics) => 0;
}
