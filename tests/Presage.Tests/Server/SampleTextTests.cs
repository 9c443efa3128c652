using System.Globalization;
using System.Text;
using Presage.Api;
using CsCheck;
using Xunit;

namespace Presage.Tests.Server;

/// <summary>Values as text: the shortest digits that read back, as the platform finds them.</summary>
public sealed class SampleTextTests
{
    [Fact]
    public void Random_numbers_read_back_and_are_as_short_as_the_platform_writes_them()
    {
        Gen.ULong.Sample(static bits => Check(BitConverter.UInt64BitsToDouble(bits)), iter: 100_000);
        Gen.Select(Gen.Double[0, 1e6], Gen.Int[0, 12]).Sample(
            static (value, digits) => Check(Math.Round(value, digits)), iter: 100_000);
        Gen.Int.Sample(static whole => Check(whole), iter: 10_000);
    }

    [Fact]
    public void Powers_and_their_neighbours_read_back()
    {
        for (int exponent = -1074; exponent <= 1023; exponent++)
        {
            double power = Math.ScaleB(1, exponent);
            Check(power);
            Check(Math.BitDecrement(power));
            Check(Math.BitIncrement(power));
        }

        for (int exponent = -323; exponent <= 308; exponent++)
        {
            Check(double.Parse($"1e{exponent}", CultureInfo.InvariantCulture));
            Check(double.Parse($"9.5e{exponent - 1}", CultureInfo.InvariantCulture));
        }

        Check(double.Epsilon);
        Check(double.MaxValue);
        Check(9007199254740993);
    }

    static void Check(double value)
    {
        if (!double.IsFinite(value))
        {
            return;
        }

        Span<byte> buffer = stackalloc byte[SampleText.LengthMax];
        string text = Encoding.ASCII.GetString(buffer[..SampleText.Write(buffer, value)]);
        Assert.Equal(value, double.Parse(text, CultureInfo.InvariantCulture));

        // The platform is a digit short at 2^-958, and reads its own text back as the neighbour.
        string platforms = value.ToString("R", CultureInfo.InvariantCulture);
        if (double.Parse(platforms, CultureInfo.InvariantCulture).Equals(value))
        {
            Assert.Equal(Digits(platforms), Digits(text));
        }
    }

    /// <summary>The digits that count, without sign, point, exponent and the zeros around them.</summary>
    static string Digits(string text)
    {
        int exponent = text.AsSpan().IndexOfAny('e', 'E');
        return string.Concat((exponent < 0 ? text : text[..exponent]).Where(char.IsAsciiDigit)).Trim('0');
    }
}
