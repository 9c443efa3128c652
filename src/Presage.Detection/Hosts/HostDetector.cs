// Hot path: Feed runs once per host and row (a minute); budget 15 us for 40 metrics, no allocation.
using System.Buffers;

namespace Presage.Detection;

/// <summary>
/// Watches all metrics of a host as one signal. It asks two questions of every row and answers both on one axis:
///
/// 1. How unlike normal are the last minutes (level)? The distance of the scaled row, and of its step from the row
///    before, in whitened directions (<see cref="Whitening"/>), smoothed over rows. Remembers for as long as its model.
/// 2. Has something just begun (change)? The distances from the last day, hours and minutes (<see
/// cref="ChangeScore"/>). Forgets by itself.
///
/// The level orders the rows below; a change beyond what comes about once a day lifts a row above all levels. So the
/// score says how long an incident lasts and how grave it is, while alarms are about changes: they wake once.
///
/// Rows are evenly spaced (a minute live; the step is given once). NaN and infinities are missing values. Deterministic
/// in what it is fed; not thread-safe.
/// </summary>
public sealed class HostDetector
{
    const byte StateVersion = 1;

    readonly HostViews _views;
    readonly AlarmLine _line;
    readonly float[] _scaled;
    readonly float[] _before;
    readonly float[] _steps;
    readonly float[] _evidence;
    readonly double[] _parts = new double[ChangeScore.Parts];
    readonly double _evidenceKept;
    HostModel? _model;
    double _smoothed;
    bool _hasBefore;

    public HostDetector(int metrics, double stepSeconds, Sensitivity sensitivity = Sensitivity.Standard)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(metrics);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(metrics, HostModel.MetricsMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(stepSeconds, 0.001);
        Metrics = metrics;
        StepSeconds = stepSeconds;
        _views = new HostViews(metrics, stepSeconds);
        _line = new AlarmLine(stepSeconds, sensitivity);
        _scaled = new float[metrics];
        _before = new float[metrics];
        _steps = new float[metrics];
        _evidence = new float[metrics];
        _evidenceKept = double.Exp2(-stepSeconds / 2_400);
    }

    /// <summary>Metrics in a row.</summary>
    public int Metrics { get; }

    /// <summary>Time between rows.</summary>
    public double StepSeconds { get; }

    /// <summary>Whether there is a model; without one nothing is judged.</summary>
    public bool IsTrained => _model is not null;

    /// <summary>Rows seen.</summary>
    public long Rows => _views.Rows;

    /// <summary>
    /// Learns from history and starts where it ends: rows of <paramref name="metrics"/> values each, evenly spaced.
    /// With less than <see cref="HostModel.RowsMin"/> rows the detector has only seen them and is not trained.
    /// </summary>
    public static HostDetector Learn(
        ReadOnlySpan<double> history,
        int metrics,
        double stepSeconds,
        Sensitivity sensitivity = Sensitivity.Standard
    )
    {
        var detector = new HostDetector(metrics, stepSeconds, sensitivity);
        if (history.Length < HostModel.RowsMin * metrics)
        {
            for (int at = 0; at < history.Length; at += metrics)
            {
                detector.Feed(history.Slice(at, metrics));
            }

            return detector;
        }

        detector._model = HostModel.Fit(history, metrics, detector._views, detector._line, out detector._smoothed);
        detector._model.Scale(history[^metrics..], detector._before);
        detector._hasBefore = true;
        return detector;
    }

    /// <summary>
    /// Takes the model of another detector that has learned the newest history, and goes on with its own recent past.
    /// </summary>
    public void Adopt(HostDetector trained)
    {
        if (trained.Metrics != Metrics)
        {
            throw new ArgumentException(
                $"A model of {trained.Metrics} metrics cannot judge {Metrics}.",
                nameof(trained)
            );
        }

        _model = trained._model;
        _smoothed = trained._smoothed;
        _hasBefore = trained._hasBefore;
        trained._before.CopyTo(_before, 0);
        _line.TakeOver(trained._line);
    }

    /// <summary>Judges a row, then learns it in the moving part of the state.</summary>
    public HostReading Feed(ReadOnlySpan<double> row)
    {
        if (row.Length != Metrics)
        {
            throw new ArgumentException($"A row of {row.Length} values where {Metrics} are due.", nameof(row));
        }

        _views.See(row);
        if (_model is not { } model)
        {
            return default;
        }

        model.Scale(row, _scaled);
        model.ScaleSteps(_hasBefore ? _before : _scaled, _scaled, _steps);
        _scaled.CopyTo(_before, 0);
        _hasBefore = true;
        double levelDistance = model.LevelDistance(_scaled),
            stepDistance = model.StepDistance(_steps);
        _smoothed += HostModel.LevelWeight * (model.LevelCubed(levelDistance, stepDistance) - _smoothed);
        double level = model.Level(_smoothed);
        model.Change.Summarise(_views.Day, _views.Hours, _views.Minutes, levelDistance, stepDistance, _parts);
        double change = model.Change.Of(_parts);
        HoldEvidence(model);
        return new HostReading(HostScale.Score(level, change), _line.See(change), level, change);
    }

    /// <summary>
    /// Orders the metrics by how much they take part in what happens: the oddest since about forty minutes first.
    /// Writes as many numbers of metrics as fit; returns how many.
    /// </summary>
    public int Rank(Span<int> metrics)
    {
        // Insertion into a short list: no allocation, and d x k is small.
        int count = 0;
        for (int j = 0; j < Metrics; j++)
        {
            int at = count < metrics.Length ? count++ : metrics.Length;
            for (; at > 0 && _evidence[metrics[at - 1]] < _evidence[j]; at--)
            {
                if (at < metrics.Length)
                {
                    metrics[at] = metrics[at - 1];
                }
            }

            if (at < metrics.Length)
            {
                metrics[at] = j;
            }
        }

        return count;
    }

    /// <summary>How much a metric takes part, in the unit of <see cref="Rank"/>: 0 and more, logarithmic.</summary>
    public double Evidence(int metric) => _evidence[metric];

    /// <summary>Appends everything it knows; see docs/formats/detection-state.md.</summary>
    public void Save(IBufferWriter<byte> output)
    {
        var writer = new StateWriter(output);
        writer.Byte(StateVersion);
        writer.Long(Metrics);
        writer.Double(StepSeconds);
        _views.Save(writer);
        _line.Save(writer);
        writer.Floats(_evidence);
        writer.Byte(_model is null ? (byte)0 : (byte)1);
        if (_model is not null)
        {
            writer.Double(_smoothed);
            writer.Byte(_hasBefore ? (byte)1 : (byte)0);
            writer.Floats(_before);
            _model.Save(writer);
        }
    }

    /// <summary>
    /// Makes a detector of saved state. When the bytes cannot be used, null and a reason in words: the host is then
    /// learned anew.
    /// </summary>
    public static HostDetector? Restore(
        ReadOnlySpan<byte> state,
        out string? problem,
        Sensitivity sensitivity = Sensitivity.Standard
    )
    {
        var reader = new StateReader(state);
        byte version = reader.Byte();
        if (version != StateVersion)
        {
            problem = $"the state has version {version}, this version of Presage reads {StateVersion}";
            return null;
        }

        long metrics = reader.Long();
        double stepSeconds = reader.Double();
        problem = "the state is damaged";
        if (metrics is < 1 or > HostModel.MetricsMax || !(stepSeconds is >= 0.001 and < 1e9))
        {
            return null;
        }

        var detector = new HostDetector((int)metrics, stepSeconds, sensitivity);
        if (!detector.Restore(ref reader) || !reader.IsWhole)
        {
            return null;
        }

        problem = null;
        return detector;
    }

    bool Restore(ref StateReader reader)
    {
        bool isSane = _views.Restore(ref reader) && _line.Restore(ref reader) && reader.Floats(_evidence);
        if (!isSane || reader.Byte() == 0)
        {
            return isSane;
        }

        _smoothed = reader.Double();
        _hasBefore = reader.Byte() == 1;
        isSane = _smoothed is >= 0 and < 1e30 && reader.Floats(_before);
        _model = isSane ? HostModel.Restore(ref reader, Metrics) : null;
        return _model is not null;
    }

    void HoldEvidence(HostModel model)
    {
        for (int j = 0; j < Metrics; j++)
        {
            double now = model.Change.Evidence(j, _views.Day[j], _views.Hours[j], _views.Minutes[j]);
            _evidence[j] = (float)Math.Max(now, _evidence[j] * _evidenceKept);
        }
    }
}
