namespace Presage.Detection.OwnModels;

/// <summary>
/// The last values of a series on the model's grid, and the window made of them: filled and scaled as the contract
/// says.
/// </summary>
sealed class ModelWindow(ModelContract contract)
{
    /// <summary>A window with fewer values present is not judged.</summary>
    const double PresentMin = 0.75;

    /// <summary>A window that hardly moves is not blown up: its deviation counts as this share of its mean.</summary>
    const double ShareMin = 0.005;

    readonly float[] _values = NewRing(contract.Window);
    int _next;
    int _present;

    /// <summary>What was taken from each value of the last window.</summary>
    public double Offset { get; private set; }

    /// <summary>By what each value of the last window was divided.</summary>
    public double Factor { get; private set; } = 1;

    /// <summary>Puts a value behind the others; NaN where there is none.</summary>
    public void Add(double value)
    {
        float held = double.IsFinite(value) ? (float)Math.Clamp(value, -float.MaxValue, float.MaxValue) : float.NaN;
        _present += float.IsNaN(held) ? 0 : 1;
        _present -= float.IsNaN(_values[_next]) ? 0 : 1;
        _values[_next] = held;
        _next = (_next + 1) % _values.Length;
    }

    /// <summary>Forgets all values: time has passed that nobody saw.</summary>
    public void Clear()
    {
        Array.Fill(_values, float.NaN);
        _present = 0;
    }

    /// <summary>Writes the window; false when too much of it is missing.</summary>
    public bool Write(Span<float> row)
    {
        if (_present < PresentMin * _values.Length)
        {
            return false;
        }

        _values.AsSpan(_next).CopyTo(row);
        _values.AsSpan(0, _next).CopyTo(row[(_values.Length - _next)..]);
        Measure(row);
        Fill(row);
        for (int i = 0; i < row.Length; i++)
        {
            row[i] = (float)((row[i] - Offset) / Factor);
        }

        return true;
    }

    void Measure(ReadOnlySpan<float> row)
    {
        (Offset, Factor) = contract.Scaling == ModelScaling.Fixed ? (contract.Mean, contract.Deviation) : (0, 1);
        if (contract.Scaling != ModelScaling.Window)
        {
            return;
        }

        double sum = 0, squares = 0;
        foreach (float value in row)
        {
            sum += float.IsNaN(value) ? 0 : value;
        }

        double mean = sum / _present;
        foreach (float value in row)
        {
            squares += float.IsNaN(value) ? 0 : (value - mean) * (value - mean);
        }

        double deviation = Math.Max(Math.Sqrt(squares / _present), ShareMin * Math.Abs(mean));
        (Offset, Factor) = (mean, deviation > 1e-30 ? deviation : 1);
    }

    void Fill(Span<float> row)
    {
        if (contract.Missing == MissingValues.NaN || _present == row.Length)
        {
            return;
        }

        float held = float.NaN;
        foreach (float value in row)
        {
            if (!float.IsNaN(value))
            {
                held = value;
                break;
            }
        }

        foreach (ref float value in row)
        {
            value = held = float.IsNaN(value) ? held : value;
        }
    }

    static float[] NewRing(int length)
    {
        float[] ring = new float[length];
        Array.Fill(ring, float.NaN);
        return ring;
    }
}
