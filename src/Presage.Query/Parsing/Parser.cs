using Presage.Query.Functions;

namespace Presage.Query.Parsing;

/// <summary>
/// A Pratt parser for the whole of PromQL. Words such as <c>by</c> or <c>sum</c> are keywords only where one can
/// stand and
/// metric names elsewhere, as in Prometheus. Types are checked as nodes are made, so that errors carry the position
/// at hand.
/// </summary>
sealed class Parser
{
    readonly TokenReader _tokens;
    readonly QueryLimits _limits;
    readonly QueryFeatures _features;
    readonly SelectorParser _selectors;
    readonly DurationParser _durations;
    readonly TypeChecker _types;
    int _depth;

    Parser(string query, QueryLimits limits, QueryFeatures features)
    {
        _tokens = new TokenReader(query, Lexer.Tokenize(query));
        _limits = limits;
        _features = features;
        _selectors = new SelectorParser(_tokens);
        _durations = new DurationParser(_tokens, features);
        _types = new TypeChecker(_tokens, features);
    }

    /// <exception cref="PromQlException">The text is not PromQL or passes a limit.</exception>
    public static Expression Parse(string query, QueryLimits limits, QueryFeatures features)
    {
        if (query.Length > limits.QueryLengthMax)
        {
            throw SyntaxError.At(
                query, default, $"query of {query.Length} characters is longer than {limits.QueryLengthMax}");
        }

        var parser = new Parser(query, limits, features);
        if (parser._tokens.Is(TokenKind.End))
        {
            throw SyntaxError.At(query, default, "no expression found in input");
        }

        var expression = parser.ParseExpression(0);
        return parser._tokens.Is(TokenKind.End) ? expression : throw parser._tokens.Unexpected();
    }

    /// <summary>Parses a selector alone, as <c>match[]</c> parameters hold it.</summary>
    public static VectorSelector ParseSelector(string text, QueryLimits limits) =>
        Parse(text, limits, QueryFeatures.None) as VectorSelector
        ?? throw SyntaxError.At(text, new TextSpan(0, text.Length), "expected a vector selector");

    Expression ParseExpression(int minimum)
    {
        Enter();
        var left = ParseUnary();
        while (Operators.TryGetBinary(_tokens.Current, out var op) && op.Precedence() >= minimum)
        {
            var sign = _tokens.Take();
            var (returnBool, matching) = ParseBinaryModifiers(op);
            var right = ParseExpression(op == BinaryOperator.Power ? op.Precedence() : op.Precedence() + 1);
            left = Checked(new BinaryExpression(
                TextSpan.Between(left.Span, right.Span), op, left, right, returnBool, matching));
            _types.CheckBinary((BinaryExpression)left, sign.Span);
        }

        _depth--;
        return left;
    }

    Expression ParseUnary()
    {
        var sign = _tokens.Current;
        if (!_tokens.TryTake(TokenKind.Minus) && !_tokens.TryTake(TokenKind.Plus))
        {
            return ParsePostfix(ParsePrimary());
        }

        var operand = ParseExpression(BinaryOperator.Power.Precedence());
        var span = TextSpan.Between(sign.Span, operand.Span);
        bool negate = sign.Kind == TokenKind.Minus;
        if (operand is NumberLiteral number)
        {
            return new NumberLiteral(span, negate ? -number.Value : number.Value, number.IsDuration);
        }

        _types.CheckUnary(operand, span);
        return Checked(new UnaryExpression(span, negate, operand));
    }

    Expression ParsePrimary()
    {
        var token = _tokens.Current;
        switch (token.Kind)
        {
            case TokenKind.Number or TokenKind.Duration:
                _tokens.Take();
                return new NumberLiteral(token.Span, token.Number, token.Kind == TokenKind.Duration);
            case TokenKind.Text:
                _tokens.Take();
                return new TextLiteral(token.Span, token.Text);
            case TokenKind.LeftParen:
                _tokens.Take();
                var inner = ParseExpression(0);
                var close = ExpectClose("");
                return Checked(new Parenthesized(TextSpan.Between(token.Span, close.Span), inner));
            case TokenKind.LeftBrace or TokenKind.MetricIdentifier:
                return _selectors.Parse();
            case TokenKind.Identifier:
                return ParseWord(token);
            default:
                throw _tokens.Unexpected();
        }
    }

    Expression ParseWord(Token word)
    {
        var next = _tokens.Next;
        bool call = next.Kind == TokenKind.LeftParen;
        if (Operators.TryGetAggregator(word.Text, out var aggregator)
            && (call || TokenReader.IsWord(next, "by") || TokenReader.IsWord(next, "without")))
        {
            _tokens.Take();
            return ParseAggregation(word, aggregator);
        }

        if (call)
        {
            return ParseCall(_tokens.Take());
        }

        if (word.Text.ToLowerInvariant() is "bool" or "on" or "ignoring" or "group_left" or "group_right" or "atan2")
        {
            throw _tokens.Unexpected();
        }

        return _selectors.Parse();
    }

    AggregateExpression ParseAggregation(Token word, Aggregator aggregator)
    {
        bool grouped = TryParseGrouping(out var grouping, out bool without);
        if (!_tokens.Is(TokenKind.LeftParen))
        {
            throw _tokens.Unexpected("aggregation");
        }

        var arguments = ParseArguments(ofInfo: false);
        var span = TextSpan.Between(word.Span, _tokens.Previous.Span);
        if (!grouped && TryParseGrouping(out grouping, out without))
        {
            span = TextSpan.Between(word.Span, _tokens.Previous.Span);
        }

        _types.CheckAggregation(aggregator, arguments, span);
        bool takesParameter = Operators.TakesParameter(aggregator);
        return Checked(new AggregateExpression(
            span, aggregator, arguments[^1], takesParameter ? arguments[0] : null, grouping, without));
    }

    bool TryParseGrouping(out IReadOnlyList<string> grouping, out bool without)
    {
        without = _tokens.IsWord("without");
        if (!without && !_tokens.IsWord("by"))
        {
            grouping = [];
            return false;
        }

        _tokens.Take();
        grouping = _selectors.ParseLabels();
        return true;
    }

    CallExpression ParseCall(Token name)
    {
        // Names are matched as written, yet STEP() in capitals is a keyword in Prometheus.
        string lower = name.Text.ToLowerInvariant();
        var function = FunctionCatalog.Find(lower is "start" or "end" or "step" or "range" ? lower : name.Text);
        if (function is null)
        {
            string? meant = Nearest.To(name.Text, FunctionCatalog.Names.Concat(Operators.AggregatorNames));
            string hint = meant is null ? "" : $", did you mean \"{meant}\"?";
            throw _tokens.Error(name.Span, $"unknown function with name {QuotedText.Quote(name.Text)}{hint}");
        }

        if (function.Experimental && !_features.HasFlag(QueryFeatures.ExperimentalFunctions))
        {
            throw _tokens.Error(name.Span, $"function \"{function.Name}\" is not enabled");
        }

        var arguments = ParseArguments(ofInfo: function.Name == "info");
        var span = TextSpan.Between(name.Span, _tokens.Previous.Span);
        var call = Checked(new CallExpression(span, function, arguments));
        _types.CheckCall(call);
        return call;
    }

    List<Expression> ParseArguments(bool ofInfo)
    {
        _tokens.Take();
        List<Expression> arguments = [];
        if (_tokens.TryTake(TokenKind.RightParen))
        {
            return arguments;
        }

        while (true)
        {
            _selectors.AllowsEmpty = ofInfo && arguments.Count == 1;
            arguments.Add(ParseExpression(0));
            _selectors.AllowsEmpty = false;
            if (!_tokens.Is(TokenKind.Comma))
            {
                ExpectClose("");
                return arguments;
            }

            var comma = _tokens.Take();
            if (_tokens.Is(TokenKind.RightParen))
            {
                throw _tokens.Error(comma.Span, "trailing commas not allowed in function call args");
            }
        }
    }

    Token ExpectClose(string context)
    {
        if (_tokens.Is(TokenKind.End))
        {
            throw _tokens.Error(_tokens.Current.Span, "unclosed left parenthesis");
        }

        return _tokens.Expect(TokenKind.RightParen, context, "");
    }

    (bool ReturnBool, VectorMatching Matching) ParseBinaryModifiers(BinaryOperator op)
    {
        bool returnBool = _tokens.TryTakeWord("bool");
        var matching = VectorMatching.Plain;
        bool on = _tokens.IsWord("on");
        if ((on || _tokens.IsWord("ignoring")) && _tokens.Next.Kind == TokenKind.LeftParen)
        {
            _tokens.Take();
            matching = matching with { On = on, Labels = _selectors.ParseLabels() };
            bool left = _tokens.IsWord("group_left");
            if (left || _tokens.IsWord("group_right"))
            {
                _tokens.Take();
                matching = matching with
                {
                    Cardinality = left ? MatchCardinality.ManyToOne : MatchCardinality.OneToMany,
                    Include = _tokens.Is(TokenKind.LeftParen) ? _selectors.ParseLabels() : [],
                };
            }
        }

        matching = ParseFill(matching);
        if (op.IsSet() && matching.Cardinality == MatchCardinality.OneToOne)
        {
            matching = matching with { Cardinality = MatchCardinality.ManyToMany };
        }

        return (returnBool, matching);
    }

    VectorMatching ParseFill(VectorMatching matching)
    {
        while (_tokens.Next.Kind == TokenKind.LeftParen && _tokens.Is(TokenKind.Identifier)
            && _tokens.Current.Text.ToLowerInvariant() is "fill" or "fill_left" or "fill_right"
            && _tokens.Next.Kind == TokenKind.LeftParen)
        {
            var word = _tokens.Take();
            if (!_features.HasFlag(QueryFeatures.BinaryFill))
            {
                throw _tokens.Error(word.Span, "binop fill modifiers are experimental and not enabled");
            }

            _tokens.Take();
            double value = ParseSignedNumber("fill", "number");
            _tokens.Expect(TokenKind.RightParen, "fill", "\")\"");
            string side = word.Text.ToLowerInvariant();
            matching = matching with
            {
                FillLeft = side != "fill_right" ? value : matching.FillLeft,
                FillRight = side != "fill_left" ? value : matching.FillRight,
            };
        }

        return matching;
    }

    double ParseSignedNumber(string context, string expected)
    {
        bool negative = _tokens.TryTake(TokenKind.Minus);
        if (!negative)
        {
            _tokens.TryTake(TokenKind.Plus);
        }

        if (!_tokens.Is(TokenKind.Number) && !_tokens.Is(TokenKind.Duration))
        {
            throw _tokens.Unexpected(context, expected);
        }

        double value = _tokens.Take().Number;
        return negative ? -value : value;
    }

    /// <summary>
    /// Ranges, subqueries, <c>offset</c>, <c>@</c>, <c>anchored</c> and <c>smoothed</c>, in any order the grammar
    /// allows.
    /// </summary>
    Expression ParsePostfix(Expression expression)
    {
        while (true)
        {
            if (_tokens.Is(TokenKind.LeftBracket))
            {
                expression = ParseBrackets(expression);
            }
            else if (_tokens.IsWord("offset"))
            {
                _tokens.Take();
                var offset = _durations.ParseOffset();
                expression = Shifts.AddOffset(_tokens, expression, offset);
            }
            else if (_tokens.Is(TokenKind.At))
            {
                _tokens.Take();
                expression = ParseAt(expression);
            }
            else if (_tokens.IsWord("anchored") || _tokens.IsWord("smoothed"))
            {
                expression = Shifts.AddBorder(_tokens, expression, _tokens.Take(), _features);
            }
            else
            {
                return expression;
            }
        }
    }

    Expression ParseAt(Expression expression)
    {
        if ((_tokens.IsWord("start") || _tokens.IsWord("end")) && _tokens.Next.Kind == TokenKind.LeftParen)
        {
            var anchor = _tokens.IsWord("start") ? AtAnchor.Start : AtAnchor.End;
            _tokens.Take();
            _tokens.Take();
            _tokens.Expect(TokenKind.RightParen, "@", "\")\"");
            return Shifts.AddAt(_tokens, expression, anchor, 0);
        }

        double seconds = ParseSignedNumber("@", "timestamp");
        if (!double.IsFinite(seconds) || Math.Abs(seconds) >= 9e15)
        {
            throw _tokens.Error(expression.Span, "timestamp out of bounds for @ modifier: "
                + Numbers.Format(seconds));
        }

        return Shifts.AddAt(_tokens, expression, AtAnchor.Timestamp, (long)Math.Round(seconds * 1000));
    }

    Expression ParseBrackets(Expression expression)
    {
        var open = _tokens.Take();
        var range = _durations.ParseBracketed(positive: true);
        if (_tokens.TryTake(TokenKind.Colon))
        {
            var step = _tokens.Is(TokenKind.RightBracket) ? null : _durations.ParseBracketed(positive: true);
            var end = _tokens.Expect(TokenKind.RightBracket, "subquery selector", "\"]\"");
            var span = TextSpan.Between(expression.Span, end.Span);
            return expression.Kind == ValueKind.InstantVector
                ? Checked(new SubqueryExpression(span, expression, range, step, TimeShift.None))
                : throw _tokens.Error(span, "subquery is only allowed on instant vector, got "
                    + (expression.Kind == ValueKind.RangeVector ? "matrix" : TypeChecker.NameOf(expression.Kind))
                    + " instead");
        }

        if (!_tokens.Is(TokenKind.RightBracket))
        {
            throw _tokens.Unexpected("subquery or range selector", "\":\" or \"]\"");
        }

        var close = _tokens.Take();
        var brackets = TextSpan.Between(open.Span, close.Span);
        if (expression is not VectorSelector selector)
        {
            throw _tokens.Error(brackets, "ranges only allowed for vector selectors");
        }

        if (selector.Shift != TimeShift.None || selector.Border != RangeBorder.Plain)
        {
            string modifier = selector.Shift.Offset is not null ? "offset"
                : selector.Shift == TimeShift.None ? "border"
                : "@";
            throw _tokens.Error(brackets, $"no {modifier} modifiers allowed before range");
        }

        return new RangeSelector(TextSpan.Between(selector.Span, close.Span), selector, range);
    }

    void Enter()
    {
        if (++_depth > _limits.NestingDepthMax)
        {
            throw TooDeep(_tokens.Current.Span);
        }
    }

    T Checked<T>(T expression)
        where T : Expression =>
        expression.Depth <= _limits.NestingDepthMax ? expression : throw TooDeep(_tokens.Previous.Span);

    PromQlException TooDeep(TextSpan span) =>
        _tokens.Error(span, $"expression is nested deeper than {_limits.NestingDepthMax} levels");
}
