using Presage.Detection.OwnModels;
using Presage.Onnx;

namespace Presage.OwnModels;

/// <summary>
/// Windows that wait to be put to a model, of many series and steps, so that it is asked for many at once; each answer
/// goes to the series that asked, in the order of asking.
/// </summary>
sealed class ModelQueue<TSeries>(
    ModelContract contract, IWindowModel model, TimeProvider time, Action<TSeries, ModelReading, long> judged)
    where TSeries : class
{
    readonly float[] _windows = new float[OnnxModel.BatchMax * contract.Window];
    readonly float[] _answers = new float[OnnxModel.BatchMax * model.Outputs];
    readonly List<(TSeries Series, ModelSeries Judge, ModelQuestion Question, long Tag)> _asked =
        new(OnnxModel.BatchMax);

    /// <summary>
    /// Whether the model is asked for as many windows each time: its last digits may depend on how many they are.
    /// </summary>
    public bool IsPadded { get; init; }

    /// <summary>Windows answered so far.</summary>
    public long Answered { get; private set; }

    /// <summary>Answers that were no numbers.</summary>
    public long NotNumbers { get; private set; }

    /// <summary>Time the model took for all of them.</summary>
    public TimeSpan Spent { get; private set; }

    /// <summary>Takes a value in; where there is something to ask, it is asked with others or at <see cref="Flush"/>.
    /// </summary>
    /// <param name="tag">What comes back with the answer: a step's time, or the number of a row.</param>
    public void Offer(TSeries series, ModelSeries judge, long timestampMs, double value, long tag)
    {
        var row = _windows.AsSpan(_asked.Count * contract.Window, contract.Window);
        if (judge.Offer(timestampMs, value, row) is not { } question)
        {
            return;
        }

        _asked.Add((series, judge, question, tag));
        if (_asked.Count == OnnxModel.BatchMax)
        {
            Flush();
        }
    }

    /// <summary>Asks for what waits.</summary>
    /// <exception cref="ModelException">The model failed or took too long.</exception>
    public void Flush()
    {
        if (_asked.Count == 0)
        {
            return;
        }

        long began = time.GetTimestamp();
        try
        {
            model.Run(_windows, IsPadded ? OnnxModel.BatchMax : _asked.Count, _answers);
        }
        finally
        {
            Spent += time.GetElapsedTime(began);
        }

        Answered += _asked.Count;
        for (int i = 0; i < _asked.Count; i++)
        {
            var (series, judge, question, tag) = _asked[i];
            var row = _windows.AsSpan(i * contract.Window, contract.Window);
            var reading = judge.Judge(question, row, _answers.AsSpan(i * model.Outputs, model.Outputs));
            NotNumbers += double.IsNaN(reading.Raw) ? 1 : 0;
            judged(series, reading, tag);
        }

        _asked.Clear();
    }
}
