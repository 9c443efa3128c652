// Hot path: Distance runs once per host and row (a minute); budget 1 us for 40 metrics, no allocation.
using System.Numerics;
using System.Runtime.InteropServices;

namespace Presage.Detection;

/// <summary>
/// How unlike the learned joint distribution a vector of scaled metrics is: the root mean square over all directions of
/// its component divided by the usual size of that component. Relations that break show in directions in which the
/// metrics hardly ever moved, although each metric alone looks usual.
///
/// The directions come from the first 30 % of the history, their usual sizes from the rest: sizes measured on the
/// rows that chose the directions are far too small, and the score would cry about ordinary days.
/// </summary>
sealed class Whitening
{
    /// <summary>The share of the history that chooses the directions.</summary>
    const double DirectionShare = 0.3;

    /// <summary>
    /// Variance every direction has at least, in scaled units: a tenth of the usual spread of a metric.
    /// </summary>
    const double VarianceMin = 0.01;

    readonly int _d;
    readonly float[] _matrix;
    readonly float[] _offset;

    Whitening(int d, float[] matrix, float[] offset)
    {
        _d = d;
        _matrix = matrix;
        _offset = offset;
    }

    /// <summary>Learns from <paramref name="rows"/> of d scaled and clipped metrics each.</summary>
    public static Whitening Fit(ReadOnlySpan<float> rows, int d)
    {
        int n = rows.Length / d;
        int head = Math.Clamp((int)(n * DirectionShare), Math.Min(n, 2), n);
        double[] mean = new double[d];
        for (int t = 0; t < head; t++)
        {
            for (int j = 0; j < d; j++)
            {
                mean[j] += rows[(t * d) + j] / (double)head;
            }
        }

        var (values, vectors) = SymmetricEigen.Of(Covariance(rows[..(head * d)], mean, d), d);
        double[] outside = new double[d];
        double[] centred = new double[d];
        for (int t = head; t < n; t++)
        {
            for (int j = 0; j < d; j++)
            {
                centred[j] = rows[(t * d) + j] - mean[j];
            }

            for (int i = 0; i < d; i++)
            {
                double c = Dot(vectors.AsSpan(i * d, d), centred);
                outside[i] += c * c / (n - head);
            }
        }

        return Of(mean, values, vectors, outside, d);
    }

    /// <summary>The distance of a vector of scaled and clipped metrics; 1 is about usual.</summary>
    public double Distance(ReadOnlySpan<float> scaled)
    {
        double sum = 0;
        for (int i = 0; i < _d; i++)
        {
            double c = Dot(_matrix.AsSpan(i * _d, _d), scaled) - _offset[i];
            sum += c * c;
        }

        return Math.Sqrt(sum / _d);
    }

    public void Save(StateWriter writer)
    {
        writer.Floats(_matrix);
        writer.Floats(_offset);
    }

    public static Whitening? Restore(ref StateReader reader, int d)
    {
        float[] matrix = new float[d * d];
        float[] offset = new float[d];
        return reader.Floats(matrix) && reader.Floats(offset) ? new Whitening(d, matrix, offset) : null;
    }

    static Whitening Of(double[] mean, double[] values, double[] vectors, double[] outside, int d)
    {
        float[] matrix = new float[d * d];
        float[] offset = new float[d];
        for (int i = 0; i < d; i++)
        {
            double scale = 1 / Math.Sqrt(Math.Max(Math.Max(values[i], 0), outside[i]) + VarianceMin);
            for (int j = 0; j < d; j++)
            {
                matrix[(i * d) + j] = (float)(vectors[(i * d) + j] * scale);
            }

            offset[i] = (float)(Dot(vectors.AsSpan(i * d, d), mean) * scale);
        }

        return new Whitening(d, matrix, offset);
    }

    static double[] Covariance(ReadOnlySpan<float> rows, double[] mean, int d)
    {
        int n = Math.Max(1, rows.Length / d);
        double[] covariance = new double[d * d];
        double[] centred = new double[d];
        for (int t = 0; t < rows.Length / d; t++)
        {
            for (int j = 0; j < d; j++)
            {
                centred[j] = rows[(t * d) + j] - mean[j];
            }

            for (int i = 0; i < d; i++)
            {
                AddScaled(covariance.AsSpan(i * d, i + 1), centred, centred[i] / n);
            }
        }

        for (int i = 0; i < d; i++)
        {
            for (int j = i + 1; j < d; j++)
            {
                covariance[(i * d) + j] = covariance[(j * d) + i];
            }
        }

        return covariance;
    }

    static void AddScaled(Span<double> target, ReadOnlySpan<double> source, double factor)
    {
        for (int j = 0; j < target.Length; j++)
        {
            target[j] += factor * source[j];
        }
    }

    static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (int j = 0; j < a.Length; j++)
        {
            sum += a[j] * b[j];
        }

        return sum;
    }

    static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var wideA = MemoryMarshal.Cast<float, Vector<float>>(a);
        var wideB = MemoryMarshal.Cast<float, Vector<float>>(b[..a.Length]);
        var sums = Vector<float>.Zero;
        for (int i = 0; i < wideA.Length; i++)
        {
            sums += wideA[i] * wideB[i];
        }

        float sum = Vector.Sum(sums);
        for (int j = wideA.Length * Vector<float>.Count; j < a.Length; j++)
        {
            sum += a[j] * b[j];
        }

        return sum;
    }
}
