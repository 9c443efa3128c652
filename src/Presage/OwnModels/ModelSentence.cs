using Presage.Detection;
using Presage.Detection.OwnModels;
using Presage.Metrics.Vitals;
using Presage.Watching;

namespace Presage.OwnModels;

/// <summary>
/// An anomaly a model found, in words: "Model load-forecast: node_load1 is 8.2, expected 1.1–2.3, since 14:02."
/// </summary>
static class ModelSentence
{
    /// <summary>What is to be told of a series, whether its anomaly runs or has ended.</summary>
    public static ModelStatement StatementOf(ModelContract contract, WatchedSeries series)
    {
        var anomaly = series.Judged.Anomaly;
        bool isOfScores = double.IsNaN(anomaly.Lower);
        return new ModelStatement(
            contract.Name,
            series.Name,
            anomaly.PeakValue,
            isOfScores ? null : anomaly.Lower,
            isOfScores ? null : anomaly.Upper,
            isOfScores ? Shown(contract, series.Judged.PeakRaw) : null,
            isOfScores ? Shown(contract, series.Judged.UsualRaw) : null,
            contract.Odd == OddEnd.High);
    }

    public static string Of(ModelContract contract, WatchedSeries series, bool isOpen)
    {
        var anomaly = series.Judged.Anomaly;
        return Of(StatementOf(contract, series), anomaly.StartMs, isOpen ? null : anomaly.EndMs);
    }

    /// <param name="endMs">When it ended; null while it runs.</param>
    public static string Of(ModelStatement told, long startMs, long? endMs)
    {
        string verb = endMs is null ? "is" : "was";
        string when = endMs is { } overMs
            ? $"from {SentenceTimes.Of(startMs)} to {SentenceTimes.Of(overMs)}"
            : $"since {SentenceTimes.Of(startMs)}";
        string subject = $"Model {told.Model}: {told.Series}";
        if (told is { Score: { } score, Usual: { } usual })
        {
            string most = told.IsHighOdd ? "at most" : "at least";
            return $"{subject} {verb} odd, its score {Number(score)}, usually {most} {Number(usual)}, {when}; " +
                $"the value {verb} {Number(told.Value)}.";
        }

        var (seen, range) = Quantity.FormatBeside(told.Value, told.Lower ?? 0, told.Upper ?? 0, "", "");
        return $"{subject} {verb} {seen}, expected {range}, {when}.";
    }

    /// <summary>One that ran when the server stopped, told as over.</summary>
    public static string OfEnded(StoredAnomaly stored, long endMs) => stored.Statement is { } told
        ? Of(told, stored.StartMs, endMs)

        // Of versions before, the sentence is all there is: it is left as it was, with what is known now.
        : $"{stored.Sentence} Over since {SentenceTimes.Of(endMs)}.";

    /// <summary>A score as the model gives it: where low ones are odd they are judged with the other sign.</summary>
    public static double Shown(ModelContract contract, double raw) =>
        contract is { Output: ModelOutput.Score, Odd: OddEnd.Low } ? -raw : raw;

    static string Number(double value) => Quantity.Format(value, "", "");
}
