using Presage.Tests.Support;

namespace Presage.Bench.Accuracy;

/// <summary>
/// Netdata's published method with its published settings: each metric differenced, smoothed over 3 samples and lagged
/// by 5; k-means with two clusters on the last 6 hours, anew every 3 hours; 18 models are kept, 54 hours; a sample is
/// anomalous when its mean distance from the centres is beyond 99 % of the range seen in training for every model. A
/// host's score is the share of anomalous metrics over 5 minutes; the distances only order equals.
/// </summary>
sealed class NetdataScorer : IRowScorer
{
    const int Smoothed = 3;
    const int Lagged = 6;
    const int Models = 18;
    const double Anomalous = 0.99;

    readonly TimeSpan _step;
    readonly Metric[] _metrics;
    readonly double[] _shares;
    long _rows;

    public NetdataScorer(int metrics, TimeSpan step)
    {
        _step = step;
        int trained = Math.Max(24, (int)(TimeSpan.FromHours(6) / step));
        int every = Math.Max(12, (int)(TimeSpan.FromHours(3) / step));
        _metrics = [.. Enumerable.Range(0, metrics).Select(j => new Metric(trained, every, j))];
        _shares = new double[Math.Max(1, (int)Math.Round(TimeSpan.FromMinutes(5) / step))];
    }

    public void Learn(ReadOnlySpan<double> history)
    {
        for (int at = 0; at < history.Length; at += _metrics.Length)
        {
            Score(history.Slice(at, _metrics.Length), 0);
        }
    }

    public double Score(ReadOnlySpan<double> row, double seconds)
    {
        double anomalous = 0, sum = 0;
        for (int j = 0; j < row.Length; j++)
        {
            double score = _metrics[j].Score(row[j]);
            anomalous += score > Anomalous ? 1.0 / row.Length : 0;
            sum += Math.Min(score, 1e6) / row.Length;
        }

        if (row.Length == 1)
        {
            return sum;
        }

        _shares[_rows++ % _shares.Length] = anomalous;
        return _shares.Average() + (1e-9 * sum);
    }

    sealed class Metric(int trained, int every, int seed)
    {
        readonly double[] _differences = new double[Smoothed];
        readonly double[][] _window = [.. Enumerable.Range(0, trained).Select(static _ => new double[Lagged])];
        readonly double[] _vector = new double[Lagged];
        readonly List<Model> _models = [];
        double _before = double.NaN;
        long _seen;

        public double Score(double value)
        {
            double difference = double.IsNaN(_before) ? 0 : value - _before;
            _before = value;
            _differences[_seen % Smoothed] = difference;
            Array.Copy(_vector, 0, _vector, 1, Lagged - 1);
            _vector[0] = _differences.Average();
            double score = _models.Count == 0 ? 0 : double.MaxValue;
            foreach (var model in _models)
            {
                score = Math.Min(score, model.Score(_vector));
            }

            _vector.CopyTo(_window[_seen % trained], 0);
            _seen++;
            if (_seen >= trained && (_seen - trained) % every == 0)
            {
                _models.Add(Model.Fit(_window, seed));
                if (_models.Count > Models)
                {
                    _models.RemoveAt(0);
                }
            }

            return score;
        }
    }

    sealed class Model
    {
        readonly double[][] _centres = [new double[Lagged], new double[Lagged]];
        double _least = double.MaxValue;
        double _most;

        public double Score(double[] vector)
        {
            double distance = Distance(vector);
            return _most > _least ? (distance - _least) / (_most - _least) : distance > _most ? 1e6 : 0;
        }

        public static Model Fit(double[][] vectors, int seed)
        {
            var model = new Model();
            var random = new SeededGenerator((ulong)seed);
            vectors[(int)(random.Uniform() * vectors.Length)].CopyTo(model._centres[0], 0);
            vectors.MaxBy(vector => Apart(vector, model._centres[0]))!.CopyTo(model._centres[1], 0);
            for (int round = 0, moved = 1; round < 100 && moved > 0; round++)
            {
                moved = model.Move(vectors);
            }

            foreach (double[] vector in vectors)
            {
                double distance = model.Distance(vector);
                model._least = Math.Min(model._least, distance);
                model._most = Math.Max(model._most, distance);
            }

            return model;
        }

        int Move(double[][] vectors)
        {
            double[][] sums = [new double[Lagged], new double[Lagged]];
            int[] counts = [0, 0];
            foreach (double[] vector in vectors)
            {
                int nearer = Apart(vector, _centres[1]) < Apart(vector, _centres[0]) ? 1 : 0;
                counts[nearer]++;
                for (int i = 0; i < Lagged; i++)
                {
                    sums[nearer][i] += vector[i];
                }
            }

            int moved = 0;
            for (int c = 0; c < 2; c++)
            {
                for (int i = 0; i < Lagged && counts[c] > 0; i++)
                {
                    double mean = sums[c][i] / counts[c];
                    moved += mean != _centres[c][i] ? 1 : 0;
                    _centres[c][i] = mean;
                }
            }

            return moved;
        }

        double Distance(double[] vector) =>
            (Math.Sqrt(Apart(vector, _centres[0])) + Math.Sqrt(Apart(vector, _centres[1]))) / 2;

        static double Apart(double[] a, double[] b)
        {
            double sum = 0;
            for (int i = 0; i < Lagged; i++)
            {
                sum += (a[i] - b[i]) * (a[i] - b[i]);
            }

            return sum;
        }
    }
}
