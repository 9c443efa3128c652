namespace Presage.Detection;

/// <summary>
/// Eigenvalues and eigenvectors of a symmetric matrix by cyclic Jacobi rotations (Golub and Van Loan, Matrix
/// Computations, 8.5): slow for large matrices, exact and sure to end for the up to some hundred metrics of a host.
/// </summary>
static class SymmetricEigen
{
    /// <summary>Far more than needed: convergence is quadratic, ten sweeps do for any size in use.</summary>
    const int SweepsMax = 40;

    /// <summary>
    /// Takes <paramref name="matrix"/> (d x d, row by row) apart; it is overwritten. Column i of the returned vectors,
    /// stored row by row as vectors[i * d + j], belongs to values[i]. No order is promised.
    /// </summary>
    public static (double[] Values, double[] Vectors) Of(double[] matrix, int d)
    {
        double[] vectors = new double[d * d];
        for (int i = 0; i < d; i++)
        {
            vectors[(i * d) + i] = 1;
        }

        for (int sweep = 0; sweep < SweepsMax && OffDiagonal(matrix, d) > 1e-22 * Diagonal(matrix, d); sweep++)
        {
            for (int p = 0; p < d - 1; p++)
            {
                for (int q = p + 1; q < d; q++)
                {
                    Rotate(matrix, vectors, d, p, q);
                }
            }
        }

        double[] values = new double[d];
        for (int i = 0; i < d; i++)
        {
            values[i] = matrix[(i * d) + i];
        }

        return (values, vectors);
    }

    static void Rotate(double[] a, double[] vectors, int d, int p, int q)
    {
        double apq = a[(p * d) + q];
        if (apq == 0)
        {
            return;
        }

        double theta = (a[(q * d) + q] - a[(p * d) + p]) / (2 * apq);
        double t = theta == 0 ? 1 : Math.Sign(theta) / (Math.Abs(theta) + Math.Sqrt((theta * theta) + 1));
        double c = 1 / Math.Sqrt((t * t) + 1);
        double s = t * c;
        var rowP = a.AsSpan(p * d, d);
        var rowQ = a.AsSpan(q * d, d);
        for (int k = 0; k < d; k++)
        {
            double akp = a[(k * d) + p], akq = a[(k * d) + q];
            a[(k * d) + p] = (c * akp) - (s * akq);
            a[(k * d) + q] = (s * akp) + (c * akq);
        }

        Turn(rowP, rowQ, c, s);
        a[(p * d) + q] = 0;
        a[(q * d) + p] = 0;
        Turn(vectors.AsSpan(p * d, d), vectors.AsSpan(q * d, d), c, s);
    }

    static void Turn(Span<double> first, Span<double> second, double c, double s)
    {
        for (int k = 0; k < first.Length; k++)
        {
            double p = first[k], q = second[k];
            first[k] = (c * p) - (s * q);
            second[k] = (s * p) + (c * q);
        }
    }

    static double OffDiagonal(double[] a, int d)
    {
        double sum = 0;
        for (int i = 0; i < d; i++)
        {
            for (int j = 0; j < i; j++)
            {
                sum += a[(i * d) + j] * a[(i * d) + j];
            }
        }

        return sum;
    }

    static double Diagonal(double[] a, int d)
    {
        double sum = 0;
        for (int i = 0; i < d; i++)
        {
            sum += a[(i * d) + i] * a[(i * d) + i];
        }

        return sum;
    }
}
